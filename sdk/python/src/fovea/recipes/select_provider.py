from __future__ import annotations

from ..types.prepare import ImageAnalysis, Provider

_SIDE_OF_OTHERS = 2048
_MEGABYTES_OF_CLAUDE = 5
_COMPLEX = 7


def select_provider(analysis: ImageAnalysis) -> Provider:
    """A provider for an image, by what `prepare.analyze` found, as the document of the Prepare API proposes it.

    Gemini for what is larger than others see, and for what is complex; OpenAI for transparency; Claude for the rest.
    The service's own advice is in `recommendations.best_provider`.
    """
    found = analysis.analysis
    if max(found.dimensions.width, found.dimensions.height) > _SIDE_OF_OTHERS:
        return "gemini"
    if found.has_transparency:
        return "openai"
    if found.size_mb > _MEGABYTES_OF_CLAUDE:
        return "claude"
    return "gemini" if found.complexity_score > _COMPLEX else "claude"
