//! Generated models with channels, and the same models in which everything is done by hand: both mean the same, to everybody.
//!
//! As with protocols, the two texts are made of the same data and share nothing else: here messages on their way are booleans, counts or queues
//! of codes. Some of the actions with channels are those of a part, which is given the channels; by hand there are no parts.

mod by_hand;
mod sketch;
mod written;

use crate::twins::{all_agree, assert_varied};
use sketch::Sketch;

/// `MUSILC_CHANNELS` says how many, `MUSILC_CHANNELS_FIRST` the number of the first.
#[test]
fn generated_channels_mean_what_they_would_by_hand() {
    let found = all_agree("MUSILC_CHANNELS", 100, |genes| {
        let sketch = Sketch::new(genes);
        [written::text(&sketch), by_hand::text(&sketch)]
    });
    if found.0 >= 100 {
        assert_varied(&found, &["holds", "deadlock", "lasso", "error"]);
    }
}
