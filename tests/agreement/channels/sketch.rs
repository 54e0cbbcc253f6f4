//! What a model with channels is made of.

use crate::generate::dice::{Dice, Genes};

/// How messages are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Set,
    Bag,
    Queue,
}

/// What happens to what finds no room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Full {
    Error,
    Drop,
    Block,
}

/// A message: 0 has no field, 1 and 2 are those with the fields 0 and 1.
pub(super) type Code = u8;

/// Which messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Which {
    All,
    /// The one without a field.
    Plain,
    /// The one with a field, whatever that is.
    Field,
    One(Code),
}

/// A fault with a budget and a condition: a variable is not this.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) which: Which,
    pub(super) most: Option<u8>,
    pub(super) unless: Option<u8>,
    pub(super) fair: &'static str,
}

/// A channel, or two with an index.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub(super) kind: Kind,
    pub(super) full: Full,
    pub(super) capacity: u8,
    pub(super) indexed: bool,
    pub(super) lossy: bool,
    pub(super) losses: Option<Fault>,
    pub(super) duplicating: bool,
    pub(super) copies: Option<Fault>,
    /// What is replaced, and by what.
    pub(super) corrupt: Option<(Fault, Code)>,
    pub(super) fair: &'static str,
}

/// Which of two channels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Index {
    Literal(u8),
    /// The parameter of the action.
    Own,
    /// The other one.
    Other,
    /// The first variable, as a bit.
    State,
}

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Literal(Code),
    /// A field that is the first variable, as a bit.
    State,
    /// What has been received.
    Same,
}

/// A statement.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// `v = (v + 1) % 3`
    Count(usize),
    /// `v = c`
    Put(usize, u8),
    Send(usize, Value, Index),
    /// To both, of a channel with an index.
    All(usize, Value),
    /// If `v == c`.
    If(usize, u8, Vec<Step>, Vec<Step>),
}

/// An action.
#[derive(Clone, Debug)]
pub(super) struct Action {
    /// What it receives, and which messages.
    pub(super) from: Option<(usize, Index, Which)>,
    /// `v != c`
    pub(super) unless: Option<(usize, u8)>,
    pub(super) fair: &'static str,
    pub(super) body: Vec<Step>,
    /// Whether it belongs to the part.
    pub(super) in_part: bool,
}

/// A model.
#[derive(Clone, Debug)]
pub(super) struct Sketch {
    pub(super) channels: Vec<Channel>,
    pub(super) actions: Vec<Action>,
    /// The variables are never both this.
    pub(super) below: u8,
    /// The first one comes to this.
    pub(super) comes_to: Option<u8>,
    /// Whether states without steps are fine.
    pub(super) ends: bool,
}

fn byte(n: usize) -> u8 {
    u8::try_from(n).unwrap_or(0)
}

const FAIR: [&str; 4] = ["", "", "fair ", "strong fair "];

fn which(dice: &mut Dice<'_>) -> Which {
    match dice.pick(4) {
        0 => Which::All,
        1 => Which::Plain,
        2 => Which::Field,
        _ => Which::One(byte(dice.pick(3))),
    }
}

fn fault(dice: &mut Dice<'_>, fair: bool) -> Fault {
    Fault {
        which: which(dice),
        most: dice.chance(70).then(|| 1 + byte(dice.pick(2))),
        unless: dice.chance(35).then(|| byte(dice.pick(3))),
        fair: if fair { FAIR[dice.pick(4)] } else { "" },
    }
}

fn channel(dice: &mut Dice<'_>) -> Channel {
    let kind = *dice.among(&[Kind::Set, Kind::Bag, Kind::Queue, Kind::Queue]);
    let full = match kind {
        Kind::Set => Full::Error,
        Kind::Bag => *dice.among(&[Full::Drop, Full::Error]),
        Kind::Queue => *dice.among(&[Full::Block, Full::Drop, Full::Block, Full::Error]),
    };
    let (lossy, duplicating) = (dice.chance(20), dice.chance(15));
    Channel {
        kind,
        full,
        capacity: 1 + byte(dice.pick(2)),
        indexed: dice.chance(40),
        lossy,
        losses: (!lossy && dice.chance(30)).then(|| fault(dice, true)),
        duplicating,
        copies: (!duplicating && dice.chance(25)).then(|| fault(dice, false)),
        corrupt: dice.chance(30).then(|| (fault(dice, true), byte(dice.pick(3)))),
        fair: FAIR[dice.pick(4)],
    }
}

impl Sketch {
    pub(super) fn new(genes: &Genes) -> Self {
        let mut dice = Dice::new(genes);
        let dice = &mut dice;
        let channels: Vec<Channel> = (0..1 + dice.pick(2)).map(|_| channel(dice)).collect();
        let mut actions = vec![action(dice, &channels, false)];
        actions.extend(channels.iter().enumerate().map(|(at, _)| receiver(dice, &channels, at)));
        let more = dice.pick(3);
        for _ in 0..more {
            let receives = dice.chance(60);
            actions.push(action(dice, &channels, receives));
        }
        Self {
            channels,
            actions,
            below: 1 + byte(dice.pick(2)),
            comes_to: dice.chance(50).then(|| byte(dice.pick(3))),
            ends: dice.chance(60),
        }
    }

    /// Whether the part receives from a channel or sends to it.
    pub(super) fn part_uses(&self, channel: usize) -> bool {
        self.actions.iter().filter(|action| action.in_part).any(|action| {
            action.from.is_some_and(|(from, ..)| from == channel) || uses(&action.body, channel)
        })
    }
}

fn uses(body: &[Step], channel: usize) -> bool {
    body.iter().any(|step| match step {
        Step::Send(to, ..) | Step::All(to, _) => *to == channel,
        Step::If(_, _, then, otherwise) => uses(then, channel) || uses(otherwise, channel),
        Step::Count(_) | Step::Put(..) => false,
    })
}

fn receiver(dice: &mut Dice<'_>, channels: &[Channel], from: usize) -> Action {
    let receives = Some((from, index(dice), if dice.chance(60) { Which::All } else { which(dice) }));
    finish(dice, channels, receives)
}

fn action(dice: &mut Dice<'_>, channels: &[Channel], receives: bool) -> Action {
    if receives {
        let from = dice.pick(channels.len());
        return receiver(dice, channels, from);
    }
    finish(dice, channels, None)
}

fn finish(dice: &mut Dice<'_>, channels: &[Channel], from: Option<(usize, Index, Which)>) -> Action {
    let unless = dice.chance(60).then(|| (dice.pick(2), byte(dice.pick(3))));
    let body = steps(dice, channels, from.is_some(), 0);
    // The part cannot know what a fault says of copies.
    let may_move = from.is_none_or(|(from, ..)| channels[from].copies.is_none());
    Action { from, unless, fair: FAIR[dice.pick(4)], body, in_part: may_move && dice.chance(35) }
}

fn index(dice: &mut Dice<'_>) -> Index {
    match dice.pick(6) {
        0 | 1 => Index::Own,
        2 | 3 => Index::Literal(byte(dice.pick(2))),
        4 => Index::Other,
        _ => Index::State,
    }
}

fn steps(dice: &mut Dice<'_>, channels: &[Channel], received: bool, depth: usize) -> Vec<Step> {
    let count = if depth == 0 { 1 + dice.few(2) } else { dice.few(2) };
    (0..count)
        .map(|_| match dice.pick(9) {
            0 | 1 => Step::Count(dice.pick(2)),
            2 => Step::Put(dice.pick(2), byte(dice.pick(3))),
            3 if depth == 0 => {
                let (variable, value) = (dice.pick(2), byte(dice.pick(3)));
                let then = steps(dice, channels, received, 1);
                Step::If(variable, value, then, steps(dice, channels, received, 1))
            }
            _ => {
                let to = dice.pick(channels.len());
                let value = match dice.pick(4) {
                    0 if received => Value::Same,
                    1 => Value::State,
                    _ => Value::Literal(byte(dice.pick(3))),
                };
                match channels[to].indexed && dice.chance(20) {
                    true => Step::All(to, value),
                    false => Step::Send(to, value, index(dice)),
                }
            }
        })
        .collect()
}
