from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Coroutine, Literal, Optional, Union, overload

from .._client import AsyncFovea, Fovea
from .._effects import CallBack
from .._flow import Flow, perform
from .._inputs import ImageInput
from ..resources.prepare import Prepare
from ..types.prepare import ImageValidation, PreparedImage

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .process_options import ProcessOptions


@dataclass(frozen=True)
class Stage:
    """Where preparing an image has got to."""

    stage: Literal["validating", "processing", "done"]
    percent: int
    #: From `processing` on: what the model would make of the image as it is.
    validation: Optional[ImageValidation] = None
    #: When it is done.
    image: Optional[PreparedImage] = None


@overload
def process_in_stages(
    client: Fovea, image: ImageInput, on_stage: Callable[[Stage], None], **options: Unpack[ProcessOptions]
) -> PreparedImage: ...


@overload
def process_in_stages(
    client: AsyncFovea,
    image: ImageInput,
    on_stage: Callable[[Stage], Union[None, Awaitable[None]]],
    **options: Unpack[ProcessOptions],
) -> Coroutine[Any, Any, PreparedImage]: ...


def process_in_stages(
    client: Union[Fovea, AsyncFovea], image: ImageInput, on_stage: Callable[[Stage], Any], **options: Any
) -> Union[PreparedImage, Coroutine[Any, Any, PreparedImage]]:
    """Prepares an image, and tells on the way what the model would make of it as it is.

    That is in time to say "this is shrunk to a tenth" to whoever waits. The image is sent twice, so it is no pipe.
    """
    return client._io.run(_stages(client.prepare, image, on_stage, options))


def _stages(
    prepare: Prepare[Any], image: ImageInput, on_stage: Callable[[Stage], Any], options: Any
) -> Flow[PreparedImage]:
    of_format = ("format", "quality", "max_dimension", "preserve_transparency", "background_color")
    of_both = {name: value for name, value in options.items() if name not in of_format}
    yield from perform(CallBack(on_stage, Stage("validating", 0)))
    validation = yield from Prepare.validate.flow(prepare, image, **of_both)
    yield from perform(CallBack(on_stage, Stage("processing", 50, validation)))
    prepared = yield from Prepare.process.flow(prepare, image, **options)
    yield from perform(CallBack(on_stage, Stage("done", 100, validation, prepared)))
    return prepared
