from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional

from .._body import json_body
from .._effects import OffLoop
from .._flow import Flow, perform
from .._inputs import ImageInput, image_source
from .._request import Request, given
from .._resource import Io, Resource, method
from ..types.prepare import ImageAnalysis, ImageFormat, ImageValidation, PreparedImage, Provider, Providers, Thumbnail

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._settings import CallOptions


class Prepare(Resource[Io]):
    """An image in, an image that a given model accepts out. Nothing is kept, so every call may be repeated."""

    @method
    def process(
        self,
        image: ImageInput,
        *,
        provider: Optional[Provider] = None,
        model: Optional[str] = None,
        format: Optional[ImageFormat] = None,
        quality: Optional[int] = None,
        max_dimension: Optional[int] = None,
        preserve_transparency: Optional[bool] = None,
        background_color: Optional[str] = None,
        **call: Unpack[CallOptions],
    ) -> Flow[PreparedImage]:
        """Makes an image acceptable to a model, or to the documented limits of a provider: one of both is needed.

        What is too large is made smaller and what fits is left as it is. Raises UnprocessableEntityError for what is no
        image that can be read, and OverloadedError while there is too much to do.
        """
        _expect_target(provider, model)
        options = given(
            model=model,
            format=format,
            quality=quality,
            max_dimension=max_dimension,
            preserve_transparency=preserve_transparency,
            background_color=background_color,
        )
        request = yield from _request("/api/v1/process", image, given(provider=provider), options, accept="image/*")
        reply = yield from self._send(request, call)
        return PreparedImage.of(reply.response.content, reply.headers)

    @method
    def validate(
        self,
        image: ImageInput,
        *,
        provider: Optional[Provider] = None,
        model: Optional[str] = None,
        **call: Unpack[CallOptions],
    ) -> Flow[ImageValidation]:
        """Whether the provider or model takes the image as it is; also of what is no image at all."""
        _expect_target(provider, model)
        request = yield from _request("/api/v1/validate", image, given(provider=provider), given(model=model))
        return (yield from self._json(ImageValidation, request, call))

    @method
    def analyze(self, image: ImageInput, **call: Unpack[CallOptions]) -> Flow[ImageAnalysis]:
        """Measures the image, and recommends a provider."""
        request = yield from _request("/api/v1/analyze", image, {}, {})
        return (yield from self._json(ImageAnalysis, request, call))

    @method
    def thumbnail(
        self,
        image: ImageInput,
        *,
        width: int,
        height: int,
        maintain_aspect_ratio: Optional[bool] = None,
        quality: Optional[int] = None,
        background_color: Optional[str] = None,
        **call: Unpack[CallOptions],
    ) -> Flow[Thumbnail]:
        """A JPEG that fits into a box of 10 to 500 pixels a side; exactly as large as it where the ratio may change."""
        options = given(
            maintain_aspect_ratio=maintain_aspect_ratio, quality=quality, background_color=background_color
        )
        box = {"width": width, "height": height}
        request = yield from _request("/api/v1/thumbnail", image, box, options, accept="image/*")
        reply = yield from self._send(request, call)
        return Thumbnail.of(reply.response.content, reply.headers)

    @method
    def providers(self, **call: Unpack[CallOptions]) -> Flow[Providers]:
        """The providers and their documented limits."""
        return self._json(Providers, Request("GET", "/api/v1/providers"), call)


def _expect_target(provider: Optional[str], model: Optional[str]) -> None:
    if provider is None and model is None:
        raise TypeError("Name a model, or a provider whose documented limits hold")


def _request(
    path: str,
    image: ImageInput,
    fields: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    accept: str = "application/json",
) -> Flow[Request]:
    """The image as the body; or in JSON, which is where the URL of one may stand."""
    source = yield from perform(OffLoop(lambda: image_source(image)))
    if isinstance(source, str):
        body = json_body({"image": source, **fields, "options": options})
        return Request("POST", path, body=body, accept=accept, repeatable=True)
    return Request("POST", path, query={**fields, **options}, body=source, accept=accept, repeatable=True)
