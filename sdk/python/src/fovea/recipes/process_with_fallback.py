from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Coroutine, List, Sequence, Union, overload

from .._client import AsyncFovea, Fovea
from .._errors import ApiError, BadRequestError, FoveaError, UnprocessableEntityError
from .._flow import Flow
from .._inputs import ImageInput
from ..resources.prepare import Prepare
from ..types.prepare import PreparedImage, Provider

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .process_options import FormatOptions


@dataclass(frozen=True)
class Failure:
    provider: Provider
    error: ApiError


@dataclass(frozen=True)
class Fallback:
    image: PreparedImage
    #: The one that it was made for.
    provider: Provider
    #: Of those before it.
    failures: List[Failure]


class AllProvidersFailedError(FoveaError):
    """No provider of the list takes the image; `failures` says why of each."""

    def __init__(self, failures: List[Failure]) -> None:
        super().__init__("; ".join(f"{failure.provider}: {failure.error.message}" for failure in failures))
        self.failures = failures


@overload
def process_with_fallback(
    client: Fovea, image: ImageInput, providers: Sequence[Provider], **options: Unpack[FormatOptions]
) -> Fallback: ...


@overload
def process_with_fallback(
    client: AsyncFovea, image: ImageInput, providers: Sequence[Provider], **options: Unpack[FormatOptions]
) -> Coroutine[Any, Any, Fallback]: ...


def process_with_fallback(
    client: Union[Fovea, AsyncFovea], image: ImageInput, providers: Sequence[Provider], **options: Any
) -> Union[Fallback, Coroutine[Any, Any, Fallback]]:
    """Prepares an image for the first provider, in the order given, that it can be prepared for.

    Only what another provider may take is tried with the next one: a wrong credential, or a service that is away,
    ends it. Raises AllProvidersFailedError where none takes it.
    """
    if not providers:
        raise ValueError("Name one provider at least")
    return client._io.run(_first(client.prepare, image, providers, options))


def _first(prepare: Prepare[Any], image: ImageInput, providers: Sequence[Provider], options: Any) -> Flow[Fallback]:
    failures: List[Failure] = []
    for provider in providers:
        try:
            prepared = yield from Prepare.process.flow(prepare, image, provider=provider, **options)
        except (BadRequestError, UnprocessableEntityError) as error:
            failures.append(Failure(provider, error))
        else:
            return Fallback(prepared, provider, failures)
    raise AllProvidersFailedError(failures)
