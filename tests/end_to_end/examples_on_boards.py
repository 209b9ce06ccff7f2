"""An example on virtual boards, with `rota serve` beside it: what the tests of the examples share."""

import os
import shutil
import tempfile

from rota_tools import BUILD, Server, pack, rota, rota_json

NOTHING_INSTALLED = "No update was installed"


class ExampleOnBoards:
    """For a TestCase: version 1.0.0 of the example runs from factory, 1.1.0 lies on the server."""

    name = ""  # of the example, its project, and its build as it stands

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix=f"rota-{cls.name}-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.served = os.path.join(cls.folder, "served")
        os.mkdir(cls.served)
        cls.good = cls.image(cls.name, "1.1.0")
        cls.boards = {}
        cls.server = Server(cls.served, os.path.join(cls.folder, "server.log"))
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)

    @classmethod
    def payload(cls, build):
        return os.path.join(BUILD, "examples", build, cls.name + ".payload.elf")

    @classmethod
    def image(cls, build, version, **facts):
        """An image of the example on the server, under the name VERSION.bin."""
        return pack(cls.payload(build), os.path.join(cls.served, version + ".bin"), cls.name, version,
                    **facts)

    def offer(self, name, content):
        with open(os.path.join(self.served, name), "wb") as file:
            file.write(content)

    def board(self, build=None, *options):
        """A new board that runs version 1.0.0 of a build of the example from factory."""
        build = build or self.name
        if (build, options) not in self.boards:
            board = os.path.join(self.folder, f"board-{len(self.boards)}")
            rota("board", "new", board, "--flash-size", "4MB", "--table", "two_ota", "--flash-time",
                 "off", *options)
            rota("board", "flash", board,
                 "factory=" + os.path.join(BUILD, "examples", build, self.name + ".bin"))
            self.boards[build, options] = board
        copy = os.path.join(self.folder, f"{self.id().rsplit('.', 1)[1]}-{build}")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.boards[build, options], copy)
        return copy

    def expect(self, board, url, *words):
        return rota("board", "expect", board, *words, "--input", url)

    def expect_update(self, board, url, version="1.1.0"):
        return self.expect(board, url, "this image is on trial", f"This is version {version}",
                           "--runs", "ota_0", "--never", NOTHING_INSTALLED)

    @staticmethod
    def tell(running, url):
        """Types the URL when a running board asks for it."""
        running.expect("Type the URL of the image")
        running.type(url)

    def expect_refusal(self, board, url, *sentences):
        """Nothing is installed, what boots is as before, and the console says why."""
        before = rota_json("why", board)["boots"]
        console = self.expect(board, url, NOTHING_INSTALLED, "--runs", before["partition"])
        self.assertEqual(rota_json("why", board)["boots"], before)
        for sentence in sentences:
            self.assertIn(sentence, console)
        return console
