from common.static_sources import PACKAGED_FILES, PackagedFilesFinder, without_inline_pictures, without_source_map


def test_every_named_file_exists_in_its_package_and_is_served_without_a_source_map_line():
    for name, storage in PackagedFilesFinder().list([]):
        content = storage.open(name).read()
        assert len(content) > 10_000
        assert b"sourceMappingURL" not in content
        assert b"data:image" not in content


def test_source_map_lines_go_and_code_stays():
    assert without_source_map(b"a{}\n/*# sourceMappingURL=a.css.map */\n") == b"a{}\n\n"
    assert without_source_map(b"run()\n//# sourceMappingURL=a.js.map").strip() == b"run()"
    assert without_source_map(b'say("sourceMappingURL=x")') == b'say("sourceMappingURL=x")'


def test_pictures_inside_a_style_sheet_go():
    sheet = b"a{--icon:url(\"data:image/svg+xml,%3csvg xmlns='http://x' d='M2 5l6 6'/%3e\");background:var(--icon) 0}"
    assert without_inline_pictures(sheet) == b"a{--icon:none;background:var(--icon) 0}"
    assert without_inline_pictures(b'a{background:url("../img/dot.svg")}') == b'a{background:url("../img/dot.svg")}'


def test_finder_finds_only_the_named_files():
    finder = PackagedFilesFinder()
    first = PACKAGED_FILES[0]
    assert finder.find(first.served_as) == str(first.location)
    assert finder.find(first.served_as, find_all=True) == [str(first.location)]
    assert finder.find("packaged/other.js") == []
    assert finder.find("../settings.py", find_all=True) == []
