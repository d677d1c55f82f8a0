"""A module."""
import logging as log
from .store import Store as S, load
from app import *

LIMIT: int = 10
logger = log.getLogger(__name__)


@app.get("/users/{id}", tags=["é"])
async def user(id: str, *args, db: Session = Depends(get), **kwargs) -> dict:
    with tracer.start_as_current_span(f"user {id!r:>10}") as span, open("x") as f:
        try:
            row = await db.fetch(id, timeout=3)
        except (ValueError, KeyError) as error:
            logger.exception("failed %s", id, exc_info=True)
            raise HTTPException(500) from error
        except Exception:
            pass
        else:
            first, *rest = row
        finally:
            await db.close()
    for name in [n async for n in rest if n]:
        print({**kwargs, "name": name}, (lambda x: x + 1)(2))
        if name == "x":
            break
    match row:
        case {"a": value}:
            return value
        case _:
            sys.exit(1)
    with contextlib.suppress(OSError):
        os.remove("x")


class Repo(S, metaclass=Meta):
    hits = Counter("hits", "Help", ["path"])

    def __init__(self, url):
        self.url = url

    @property
    def size(self):
        return self.hits.labels(path=self.url).inc()
