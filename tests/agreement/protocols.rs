//! Generated protocols, and the same protocols written by hand as models: both mean the same, to everybody.
//!
//! The two texts are made of the same data, and share nothing else: here messages on their way are booleans, counts or queues of codes, and
//! what a word such as `lossy` means is said once more.

mod by_hand;
mod sketch;
mod written;

use crate::twins::{all_agree, assert_varied};
use sketch::Sketch;

/// `MUSILC_PROTOCOLS` says how many, `MUSILC_PROTOCOLS_FIRST` the number of the first.
#[test]
fn generated_protocols_mean_what_they_would_by_hand() {
    let found = all_agree("MUSILC_PROTOCOLS", 150, |genes| {
        let sketch = Sketch::new(genes);
        [written::text(&sketch), by_hand::text(&sketch)]
    });
    if found.0 >= 150 {
        assert_varied(&found, &["holds", "deadlock", "lasso"]);
    }
}
