//! How messages are kept on their way, in the language itself: as packets in a set or a bag, or in a queue for each pair of nodes.

use super::options::Order;
use super::store::Store;
use super::survey::{Route, Survey};
use super::tree::Tree;
use crate::ast::{
    Arg, BinaryOp, Domain, Expr, ExprKind, Field, ItemKind, Name, PatternArg, Stmt, TypeExpr, TypeKind,
    Variant,
};

/// The variable that holds the packets.
pub(super) const NETWORK: &str = "network";

/// Both ends of a message: which of the nodes, where there are several.
#[derive(Clone, Debug)]
pub(super) struct Ends {
    pub(super) from: Option<Expr>,
    pub(super) to: Option<Expr>,
}

/// A variable that a protocol has without being told.
pub(super) struct Hidden {
    pub(super) name: String,
    pub(super) ty: TypeExpr,
    pub(super) init: Expr,
}

impl Survey<'_> {
    fn tree(&self) -> Tree {
        Tree(self.name.span)
    }

    /// The pairs of kinds of nodes that messages go between.
    pub(super) fn links(&self) -> Vec<(usize, usize)> {
        let mut links: Vec<(usize, usize)> = self.routes.iter().map(|route| (route.from, route.to)).collect();
        links.sort_unstable();
        links.dedup();
        links
    }

    /// What a link is called.
    pub(super) fn link(&self, (from, to): (usize, usize)) -> String {
        format!("{}_to_{}", self.kinds[from].node.name.text, self.kinds[to].node.name.text)
    }

    /// The enum of what goes along a route.
    pub(super) fn packets(&self, route: Route) -> String {
        match self.network.order {
            Order::Fifo => format!("{}.{}", self.name.text, self.link((route.from, route.to))),
            _ => format!("{}.Packet", self.name.text),
        }
    }

    /// The variant of a message on a route.
    pub(super) fn variant(&self, route: Route) -> Name {
        let name = &self.messages[route.message].name;
        let ways = self.routes.iter().filter(|other| other.message == route.message).count();
        if ways == 1 || self.network.order == Order::Fifo {
            return name.clone();
        }
        Name { text: format!("{}_{}", name.text, self.link((route.from, route.to))), span: name.span }
    }

    /// The fields of a packet that say where it comes from and where it goes to.
    fn ends(&self, route: Route) -> Vec<Field> {
        if self.network.order == Order::Fifo {
            return Vec::new();
        }
        let tree = Tree(self.messages[route.message].name.span);
        let field = |name: &str, kind: usize| {
            let (_, ty) = self.kinds[kind].index.as_ref()?;
            Some(Field { name: tree.name(name), ty: (*ty).clone() })
        };
        field("from", route.from).into_iter().chain(field("to", route.to)).collect()
    }

    /// The enums of packets.
    pub(super) fn enums(&self) -> Vec<ItemKind> {
        let mut enums: Vec<(String, Vec<Variant>)> = Vec::new();
        for &route in &self.routes {
            let name = self.packets(route);
            let fields = self.ends(route).into_iter().chain(self.fields(route.message).iter().cloned());
            let variant = Variant {
                doc: self.messages[route.message].doc.clone(),
                name: self.variant(route),
                fields: fields.collect(),
            };
            match enums.iter_mut().find(|(other, _)| *other == name) {
                Some((_, variants)) => variants.push(variant),
                None => enums.push((name, vec![variant])),
            }
        }
        let item = |(name, variants)| ItemKind::Enum { name: self.tree().name(name), variants };
        enums.into_iter().map(item).collect()
    }

    /// The variables that hold messages.
    pub(super) fn stores(&self) -> Vec<Hidden> {
        let tree = self.tree();
        if self.network.order == Order::Fifo {
            return self.links().into_iter().map(|link| self.queue_of(link)).collect();
        }
        let Some(&route) = self.routes.first() else { return Vec::new() };
        let element = Box::new(tree.named(&self.packets(route)));
        let kind = match (&self.network.capacity, self.network.order) {
            (Some(most), Order::Bag) => TypeKind::Bag(element, Box::new(most.clone())),
            (most, Order::Shared) => {
                let most = most.clone().unwrap_or_else(|| tree.int(1));
                let init = tree.expr(ExprKind::ArrayLiteral(Vec::new()));
                let ty = tree.ty(TypeKind::Seq(element, Box::new(most)));
                return vec![Hidden { name: NETWORK.to_owned(), ty, init }];
            }
            _ => TypeKind::Set(element),
        };
        let init = tree.expr(ExprKind::SetLiteral(Vec::new()));
        vec![Hidden { name: NETWORK.to_owned(), ty: tree.ty(kind), init }]
    }

    fn queue_of(&self, link: (usize, usize)) -> Hidden {
        let tree = self.tree();
        let most = self.network.capacity.clone().unwrap_or_else(|| tree.int(1));
        let element = tree.named(&format!("{}.{}", self.name.text, self.link(link)));
        let queue = tree.ty(TypeKind::Seq(Box::new(element), Box::new(most)));
        let indices = [link.1, link.0].into_iter().filter_map(|kind| self.kinds[kind].index.as_ref());
        let ty = indices.fold(queue, |element, (_, index)| tree.array(element, (*index).clone()));
        Hidden { name: self.link(link), ty, init: tree.expr(ExprKind::ArrayLiteral(Vec::new())) }
    }

    /// The queue between two nodes.
    pub(super) fn queue(&self, at: Tree, link: (usize, usize), ends: &Ends) -> Expr {
        if self.network.order == Order::Shared {
            return at.var(NETWORK);
        }
        let indices = [&ends.from, &ends.to].into_iter().flatten();
        indices.fold(at.var(self.link(link)), |queue, index| at.index(queue, index.clone()))
    }

    pub(super) fn packet(&self, at: Tree, route: Route, ends: &Ends, args: Vec<Arg>) -> Expr {
        let mut all = Vec::new();
        if self.network.order != Order::Fifo {
            all.extend(ends.from.iter().map(|from| at.arg("from", from.clone())));
            all.extend(ends.to.iter().map(|to| at.arg("to", to.clone())));
        }
        // By name, since those of the ends come first.
        let fields = self.fields(route.message);
        all.extend(args.into_iter().enumerate().map(|(position, arg)| {
            match (&arg.name, fields.get(position)) {
                (None, Some(field)) => {
                    Arg { name: Some(Name { span: arg.value.span, ..field.name.clone() }), ..arg }
                }
                _ => arg,
            }
        }));
        at.variant(&self.packets(route), Name { span: at.0, ..self.variant(route) }, all)
    }

    /// What holds the messages along a route.
    pub(super) fn store(&self, at: Tree, route: Route, ends: &Ends) -> Store<'_> {
        let place = match self.network.order {
            Order::Fifo | Order::Shared => self.queue(at, (route.from, route.to), ends),
            Order::Unordered | Order::Bag => at.var(NETWORK),
        };
        Store { at, network: &self.network, place }
    }

    /// Sends a message.
    pub(super) fn send(&self, at: Tree, route: Route, ends: &Ends, args: Vec<Arg>) -> Stmt {
        self.store(at, route, ends).put(self.packet(at, route, ends, args))
    }

    /// Whether such a message is next on its way. In a queue `patterns` bind its fields; in a set or bag they are `values`.
    pub(super) fn arrives(
        &self,
        at: Tree,
        route: Route,
        ends: &Ends,
        values: Vec<Arg>,
        patterns: (Vec<PatternArg>, bool),
    ) -> Expr {
        let store = self.store(at, route, ends);
        if !self.network.is_queued() {
            return store.holds(self.packet(at, route, ends, values));
        }
        let (mut patterns, rest) = patterns;
        let mut same = Vec::new();
        if self.network.order == Order::Shared {
            patterns = self.by_name(route, patterns);
            for (field, bound, end) in [("from", "head.from", &ends.from), ("to", "head.to", &ends.to)] {
                let Some(end) = end else { continue };
                patterns.push(at.binding(field, bound));
                same.push(at.binary(at.var(bound), BinaryOp::Eq, end.clone()));
            }
        }
        let name = Name { span: at.0, ..self.variant(route) };
        let head = at.is(store.head(), &self.packets(route), name, patterns, rest);
        let first = at.binary(store.waits(), BinaryOp::And, head);
        same.into_iter().fold(first, |all, same| at.binary(all, BinaryOp::And, same))
    }

    /// Patterns of the fields of a message, each with the name of its field: in a packet, they stand after the ends.
    fn by_name(&self, route: Route, patterns: Vec<PatternArg>) -> Vec<PatternArg> {
        let fields = self.fields(route.message).iter().map(|field| Some(field.name.clone()));
        let fields = fields.chain(std::iter::repeat(None));
        let named = |(pattern, field): (PatternArg, Option<Name>)| match pattern.name {
            Some(_) => pattern,
            None => PatternArg {
                name: field.map(|field| Name { span: pattern.pattern.span, ..field }),
                ..pattern
            },
        };
        patterns.into_iter().zip(fields).map(named).collect()
    }

    /// Takes it off.
    pub(super) fn take(&self, at: Tree, route: Route, ends: &Ends, values: Vec<Arg>) -> Stmt {
        self.store(at, route, ends).take(Some(self.packet(at, route, ends, values)))
    }

    /// For each node that there is on a link, or for one: a condition about both ends.
    pub(super) fn for_both_ends(&self, at: Tree, link: (usize, usize), body: impl Fn(&Ends) -> Expr) -> Expr {
        let name = |kind: usize, name: &str| self.kinds[kind].index.as_ref().map(|_| at.var(name));
        let ends = Ends { from: name(link.0, "link.from"), to: name(link.1, "link.to") };
        let inner = body(&ends);
        [("link.to", link.1), ("link.from", link.0)].into_iter().fold(inner, |body, (name, kind)| match &self
            .kinds[kind]
            .index
        {
            Some((_, ty)) => at.forall(name, Domain::Type((*ty).clone()), body),
            None => body,
        })
    }
}
