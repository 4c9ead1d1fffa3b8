import io

from catml.descriptors.calculating.progress import DosProgress, EngineRun


class Terminal(io.StringIO):
    def isatty(self):
        return True


def told(stream, *, quiet=False):
    progress = DosProgress(quiet=quiet, stream=stream)
    run = EngineRun(None, "Cu(111)", progress)
    run.step(1)
    run.step(2, energy_change_ev=-1.2e-3, density_change=0.02)
    progress.note("Cu(111): done")
    return stream.getvalue()


def test_lines_follow_each_other_where_there_is_no_terminal():
    assert told(io.StringIO()).splitlines() == [
        "Cu(111): iteration 1, 0 s",
        "Cu(111): iteration 2, energy change -1.2e-03 eV, density change 2.0e-02, 0 s",
        "Cu(111): done",
    ]


def test_on_a_terminal_the_line_renews_itself():
    text = told(Terminal())
    assert text.count("\n") == 2
    assert text.startswith("\r\033[KCu(111): iteration 1, 0 s\r\033[KCu(111): iteration 2")
    assert text.endswith("0 s\nCu(111): done\n")


def test_quiet_is_silent():
    assert told(io.StringIO(), quiet=True) == ""
