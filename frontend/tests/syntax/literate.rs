//! Which bytes of a Markdown file are the program.

use musilc_frontend::literate::{ExpectedKind, Source};
use musilc_frontend::parse::parse;

use crate::list;

/// The program without blank lines, and what is wrong with the structure.
fn read(text: &str) -> (Vec<String>, String) {
    let source = Source::new("chapter.md", text);
    assert_eq!(source.program().len(), text.len());
    for (program, file) in source.program().bytes().zip(text.bytes()) {
        assert!(program == file || (program == b' ' && file != b'\n' && file != b'\r'));
    }
    let lines = source.program().lines().map(str::trim).filter(|line| !line.is_empty());
    (lines.map(str::to_owned).collect(), list(text, source.diagnostics()))
}

#[track_caller]
fn program(text: &str, expected: &[&str]) {
    let (lines, complaints) = read(text);
    assert_eq!(complaints, "", "{text}");
    assert_eq!(lines, expected, "{text}");
}

#[test]
fn only_musil_blocks_are_program() {
    program(
        "# Title\n\n```musil\na\n```\ntext ä\n```text\nb\n```\n```musil ignore this\nc\n```\n",
        &["a", "c"],
    );
    program("```musil\na\n```", &["a"]);
    program("``` musil\na\n```", &["a"]);
    program("\u{feff}```musil\na\n```", &["a"]);
}

#[test]
fn fences_of_all_lengths() {
    program("~~~musil\na\n```\n~~~~  \n", &["a", "```"]);
    program("`````musil\na\n```\nb\n``````\nc\n", &["a", "```", "b"]);
    program("   ```musil\na\n   ```\n", &["a"]);
    program("```musil\na\n    ```\nb\n```\n", &["a", "```", "b"]);
    program("``` not `a fence\n```musil\na\n```\n", &["a"]);
    program("```musil\n```\n", &[]);
    program("~~~ musil `x`\na\n~~~\n", &["a"]);
}

#[test]
fn line_ends_of_windows() {
    program("text\r\n```musil\r\na\r\nb\r\n```\r\nmore\r\n", &["a", "b"]);
}

#[test]
fn blocks_in_lists() {
    program("- first\n\n  ```musil\n  a\n  ```\n\n- second\n", &["a"]);
    program("10. first\n\n    ```musil\n    a\n    ```\n", &["a"]);
    program("- - ```musil\n    a\n    ```\n", &["a"]);
    program("1. one\n   * two\n\n     ~~~musil\n     a\n     ~~~\n\ntext\n\n```musil\nb\n```\n", &["a", "b"]);
}

#[test]
fn indented_code_is_no_fence() {
    let (lines, complaints) = read("    ```musil\n    a\n    ```\n");
    assert!(lines.is_empty());
    assert!(complaints.starts_with("E0019 1:1"));
}

#[test]
fn a_fence_that_nothing_closes() {
    let (lines, complaints) = read("text\n```musil\na\n");
    assert_eq!(
        complaints,
        "E0018 2:1 this fenced block does not end (end it with a line that holds only ```)\n"
    );
    assert_eq!(lines, ["a"]);
    // The blocks after it are still found.
    let (lines, complaints) = read("~~~text\nx\n\n```musil\na\n```\n\n```musil\nb\n```\n");
    assert_eq!(
        complaints,
        "E0018 1:1 this fenced block does not end (end it with a line that holds only ~~~)\n"
    );
    assert_eq!(lines, ["a", "b"]);
    let (lines, complaints) = read("```musil\na\n\n```text\nx\n```\n```musil\nb\n```\n");
    assert!(complaints.is_empty(), "the fence of the second block ends the first: {complaints}");
    assert_eq!(lines, ["a", "```text", "x", "b"]);
}

#[test]
fn no_program() {
    for text in ["", "just prose\n", "```\nmodel M { }\n```\n", "```rust\n```\n"] {
        let (lines, complaints) = read(text);
        assert!(lines.is_empty());
        assert_eq!(
            complaints,
            "E0019 1:1 this chapter has no `musil` block, so it has no program (put the model between a line \
             ```musil and a line ```)\n"
        );
    }
    let (_, complaints) = read("text\n```Musil,x\nmodel M { }\n```\n");
    assert!(complaints.starts_with("E0019 2:1") && complaints.contains("exactly `musil`"), "{complaints}");
}

#[test]
fn expected_output() {
    let text = "```musil\na\n```\n\n```trace broken\n1\n2\n```\n- x\n\n  ~~~verdict fixed more\n  ok\n  ~~~\n```trace\n```\n";
    let source = Source::new("chapter.md", text);
    let [trace, verdict] = source.expected() else { panic!("{:?}", source.expected()) };
    assert_eq!((trace.kind, trace.check.text.as_str()), (ExpectedKind::Trace, "broken"));
    assert_eq!(&text[trace.content.clone()], "1\n2\n");
    assert_eq!(&text[trace.fence_span.range()], "```trace broken");
    assert_eq!(&text[trace.check.span.range()], "broken");
    assert_eq!((verdict.kind, verdict.check.text.as_str()), (ExpectedKind::Verdict, "fixed"));
    assert_eq!((&text[verdict.content.clone()], verdict.indent), ("  ok\n", 2));
    assert_eq!(
        list(text, source.diagnostics()),
        "E0020 14:1 this `trace` block does not say which check it belongs to (write the name of the check after it: \
         `trace NAME`)\n"
    );
}

#[test]
fn plain_programs() {
    let source = Source::new("a.musil", "```musil\nx");
    assert_eq!(source.program(), source.text());
    assert!(source.diagnostics().is_empty());
}

#[test]
fn offsets_are_those_of_the_file() {
    let text = "Ein Täxt.\n\n```musil\nmodel M {\n    var x: 0..2;\n```\nmore\n```musil\n    invariant small: x # 2;\n}\n```\n";
    let (chapter, diagnostics) = parse(&Source::new("chapter.MD", text));
    assert_eq!(list(text, &diagnostics).lines().count(), 1);
    assert_eq!(&text[diagnostics[0].span().range()], "#");
    assert!(text[chapter.items[0].span.range()].starts_with("model M"));
}

#[test]
fn many_fences_are_read_in_linear_time() {
    let text = "```a\n".repeat(200_000);
    let source = Source::new("chapter.md", text);
    assert!(source.diagnostics().len() >= 200_000);
    let text = "- ".repeat(100_000) + "\n" + &"x\n".repeat(1000);
    drop(Source::new("chapter.md", text));
}
