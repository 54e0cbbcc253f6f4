//! Layouts: states survive packing, cells neither overlap nor cross words, and the table can be read.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use musilc_explicit::Layout;
use musilc_ir::{State, Type, Value, Variable};
use proptest::prelude::*;

fn scalar() -> impl Strategy<Value = Type> {
    prop_oneof![
        Just(Type::Bool),
        (-40i64..40, 0i64..100).prop_map(|(lo, size)| Type::Int { lo, hi: lo + size }),
        (any::<i64>(), any::<i64>()).prop_map(|(a, b)| Type::Int { lo: a.min(b), hi: a.max(b) }),
        Just(Type::Int { lo: 3, hi: 3 }),
        Just(Type::Int { lo: i64::MIN, hi: i64::MAX }),
    ]
}

fn ty() -> impl Strategy<Value = Type> {
    scalar().prop_recursive(2, 64, 20, |inner| (0u32..30, inner).prop_map(|(len, ty)| Type::array(len, ty)))
}

fn value(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Int { lo, hi } => (*lo..=*hi).prop_map(Value::Int).boxed(),
        Type::Array { len, element } => proptest::collection::vec(value(element), *len as usize)
            .prop_map(|v| Value::Array(v.into()))
            .boxed(),
    }
}

fn variables(types: &[Type]) -> Vec<Variable> {
    let named = types.iter().enumerate();
    named.map(|(number, ty)| Variable { name: format!("v{number}"), ty: ty.clone() }).collect()
}

fn types_and_states() -> impl Strategy<Value = (Vec<Type>, State, State)> {
    proptest::collection::vec(ty(), 0..8).prop_flat_map(|types| {
        let state = types.iter().map(value).collect::<Vec<_>>();
        (Just(types), state.clone().prop_map(State), state.prop_map(State))
    })
}

proptest! {
    #[test]
    fn states_survive_packing((types, a, b) in types_and_states()) {
        let layout = Layout::new(&variables(&types)).unwrap();
        let (x, y) = (layout.pack(&a).unwrap(), layout.pack(&b).unwrap());
        prop_assert_eq!(x.len(), layout.words());
        prop_assert_eq!(x == y, a == b);
        prop_assert_eq!(layout.unpack(&x), Some(a));
        prop_assert_eq!(layout.unpack(&y), Some(b));
    }

    #[test]
    fn cells_share_no_bit(types in proptest::collection::vec(ty(), 0..10)) {
        let layout = Layout::new(&variables(&types)).unwrap();
        let mut used = vec![0u64; layout.words()];
        let mut bits = 0;
        for cell in layout.cells() {
            prop_assert!(cell.shift + cell.width <= 64);
            if cell.width > 0 {
                let mask = (u64::MAX >> (64 - cell.width)) << cell.shift;
                prop_assert_eq!(used[cell.word as usize] & mask, 0);
                used[cell.word as usize] |= mask;
            }
            bits += u64::from(cell.width);
        }
        prop_assert_eq!(bits, layout.bits());
        prop_assert_eq!(bits, types.iter().map(Type::bits).sum::<u64>());
        prop_assert_eq!(layout.cells().count() as u64, types.iter().map(Type::cells).sum::<u64>());
        // Whatever fits one word gets one.
        prop_assert!(bits > 64 || layout.words() == 1);
    }
}

#[test]
fn what_does_not_belong_is_not_packed() {
    let layout = Layout::new(&variables(&[Type::Int { lo: 0, hi: 2 }])).unwrap();
    assert_eq!(layout.pack(&State(vec![Value::Int(3)])), None);
    assert_eq!(layout.pack(&State(vec![Value::Bool(true)])), None);
    assert_eq!(layout.pack(&State(vec![])), None);
    assert_eq!(layout.unpack(&[]), None);
}

#[test]
fn too_many_cells_are_refused() {
    let huge = Type::array(u32::MAX, Type::array(u32::MAX, Type::array(u32::MAX, Type::Bool)));
    assert!(Layout::new(&variables(&[huge])).is_err());
    assert!(Layout::new(&variables(&[Type::array(1 << 30, Type::Bool)])).is_err());
}

#[test]
fn the_table_can_be_read() {
    let types = [Type::array(2, Type::array(2, Type::Int { lo: -1, hi: 1 })), Type::Bool];
    let layout = Layout::new(&variables(&types)).unwrap();
    let expected = "\
cell      type    word  shift  width
v0[0][0]  -1..=1     0      0      2
v0[0][1]  -1..=1     0      2      2
v0[1][0]  -1..=1     0      4      2
v0[1][1]  -1..=1     0      6      2
v1        bool       0      8      1
9 bits in 1 word of 64
";
    assert_eq!(layout.to_string(), expected);
}
