from common.static_sources import PACKAGED_FILES, PackagedFilesFinder, without_source_map


def test_every_named_file_exists_in_its_package_and_is_served_without_a_source_map_line():
    for name, storage in PackagedFilesFinder().list([]):
        content = storage.open(name).read()
        assert len(content) > 10_000
        assert b"sourceMappingURL" not in content


def test_source_map_lines_go_and_code_stays():
    assert without_source_map(b"a{}\n/*# sourceMappingURL=a.css.map */\n") == b"a{}\n\n"
    assert without_source_map(b"run()\n//# sourceMappingURL=a.js.map").strip() == b"run()"
    assert without_source_map(b'say("sourceMappingURL=x")') == b'say("sourceMappingURL=x")'


def test_finder_finds_only_the_named_files():
    finder = PackagedFilesFinder()
    first = PACKAGED_FILES[0]
    assert finder.find(first.served_as) == str(first.location)
    assert finder.find(first.served_as, find_all=True) == [str(first.location)]
    assert finder.find("packaged/other.js") == []
    assert finder.find("../settings.py", find_all=True) == []
