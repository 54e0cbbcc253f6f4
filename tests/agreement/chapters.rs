//! The interpreter and the engines on the chapters of the book.

use crate::agree::setting;
use crate::compare::{Agreed, Extent, compare, compile};
use crate::on_large_stack;
use std::path::{Path, PathBuf};

/// The chapters, the reference of the language, and the models of this directory's neighbour, in alphabetical order.
fn chapters() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let all =
        |directory: &str| std::fs::read_dir(root.join(directory)).unwrap().map(|entry| entry.unwrap().path());
    let has_program = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        path.extension().is_some_and(|e| e == "md" || e == "musil") && name != "README.md"
    };
    let mut chapters: Vec<PathBuf> = all("chapters").chain(all("tests/models")).filter(has_program).collect();
    chapters.push(root.join("docs/language.md"));
    chapters.sort();
    chapters
}

/// Every check of every chapter means what its source says.
#[test]
fn chapters_mean_what_they_say() {
    on_large_stack(|| {
        let (mut checks, mut large, mut wrong) = (0, Vec::new(), Vec::new());
        for path in chapters() {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let program = match compile(&name, &text, &[], path.parent().unwrap()) {
                Ok(program) => program,
                Err(why) => {
                    wrong.push(format!("{name}: {why}"));
                    continue;
                }
            };
            for (index, check) in program.checks().iter().enumerate() {
                let patience = std::time::Duration::from_secs(setting("MUSILC_CHAPTERS_PATIENCE", 3));
                let extent = Extent { most_states: 1_500, most_steps: 6, patience, ..Extent::SMALL };
                match compare(&program, index, &extent) {
                    Ok(Agreed::On(_)) => checks += 1,
                    Ok(Agreed::Discarded(why)) => large.push(format!("{name} {}: {why}", check.name)),
                    Err(why) => wrong.push(format!("{name} {}: {why}", check.name)),
                }
            }
        }
        println!("{checks} checks agree; left out: {large:?}");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(checks > 20, "{checks} checks are too few");
    });
}
