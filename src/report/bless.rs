//! Writing what musilc prints into the blocks of a chapter.

use super::block::{Printed, printed, written};
use super::human::block_name;
use crate::result::{Report, Status};
use musilc_frontend::literate::Expected;
use std::io::{self, Write};
use std::path::Path;

/// A chapter with its blocks brought up to date.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Blessed {
    /// The text of the chapter.
    pub text: String,
    /// The blocks that changed, as they are tagged.
    pub blocks: Vec<String>,
}

/// The chapter with its blocks brought up to date; `None` if they are.
///
/// # Errors
/// Why a chapter is not to be blessed: some check is not as expected, a block belongs to no check, or the run does not tell what
/// a block should hold.
pub fn bless(report: &Report) -> Result<Option<Blessed>, String> {
    if let Some(check) = report.checks.iter().find(|check| check.status != Status::Passed) {
        return Err(format!("check `{}` is not as expected", check.check.name));
    }
    if let Some(stray) = report.strays.first() {
        return Err(format!(
            "the block `{} {}` belongs to no check",
            block_name(stray.kind),
            stray.check.text
        ));
    }
    let source = &report.source;
    let mut text = source.text().to_owned();
    let mut blocks = Vec::new();
    // From the last to the first, so that the places of those before stay what they are.
    for block in source.expected().iter().rev() {
        let tag = format!("{} {}", block_name(block.kind), block.check.text);
        let Some(check) = report.check(&block.check.text) else {
            return Err(format!("check `{}` was not run", block.check.text));
        };
        let (Printed::Exactly(now) | Printed::Step(now)) = printed(source, block.kind, check) else {
            return Err(format!("this run does not tell what the block `{tag}` should hold"));
        };
        if now == written(source, block) {
            continue;
        }
        let content = indented(&now, block, source.text());
        if text.get(block.content.clone()).is_none() {
            return Err(format!("the block `{tag}` is not where it was"));
        }
        text.replace_range(block.content.clone(), &content);
        blocks.push(tag);
    }
    blocks.reverse();
    Ok((!blocks.is_empty()).then_some(Blessed { text, blocks }))
}

/// The lines as they stand in the chapter: indented like the fence, with the chapter's line ends.
fn indented(lines: &str, block: &Expected, chapter: &str) -> String {
    let before = chapter.get(..block.content.start).unwrap_or_default();
    let end = if before.ends_with("\r\n") { "\r\n" } else { "\n" };
    let margin = " ".repeat(block.indent);
    let line = |line: &str| if line.is_empty() { end.to_owned() } else { format!("{margin}{line}{end}") };
    lines.lines().map(line).collect()
}

/// Replaces the contents of a file, all or nothing: the text is written to a new file beside it that then takes its place. A symbolic link
/// stays one, and the permissions stay.
///
/// # Errors
/// Where that is not possible; the file is then as it was.
pub fn replace_file(path: &Path, text: &str) -> io::Result<()> {
    let path = std::fs::canonicalize(path)?;
    let permissions = std::fs::metadata(&path)?.permissions();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let write = || {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::set_permissions(&temporary, permissions)?;
        std::fs::rename(&temporary, &path)
    };
    write().inspect_err(|_| {
        let _ = std::fs::remove_file(&temporary);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use musilc_frontend::literate::Source;

    #[test]
    fn content_follows_the_fence() {
        let text = "- item\r\n\r\n  ```trace a\r\n  old\r\n  ```\r\n";
        let source = Source::new("t.md", text);
        let block = source.expected().first().unwrap();
        assert_eq!(indented("one\n\ntwo\n", block, source.text()), "  one\r\n\r\n  two\r\n");
    }

    #[test]
    fn files_are_replaced_whole() {
        let directory = std::env::temp_dir().join(format!("musilc-bless-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let file = directory.join("a.md");
        std::fs::write(&file, "old").unwrap();
        replace_file(&file, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1);
        assert!(replace_file(&directory.join("missing.md"), "x").is_err());
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
