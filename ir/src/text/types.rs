//! The language's types as text: enums and structs are declared once and then mentioned by label.

use super::parser::{Measured, Parser};
use super::writer::name;
use super::{TextError, lexer::Token};
use crate::{DataType, EnumType, FieldType, Param, StructType, TransitionSystem, VariantType};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The labels of a system's enums and structs.
pub(super) struct Labels {
    /// In the order of declaration: each after those that it mentions.
    order: Vec<DataType>,
    labels: FxHashMap<DataType, String>,
    /// How many types have each name.
    counts: FxHashMap<String, u32>,
}

impl Labels {
    pub(super) fn new(system: &TransitionSystem) -> Self {
        let mut labels =
            Self { order: Vec::new(), labels: FxHashMap::default(), counts: FxHashMap::default() };
        let of_params =
            |params: &[Param], labels: &mut Self| params.iter().for_each(|param| labels.enter(&param.ty));
        system.sources.iter().for_each(|source| labels.enter(&source.ty));
        of_params(&system.init.params, &mut labels);
        system.transitions.iter().for_each(|transition| of_params(&transition.params, &mut labels));
        for property in &system.properties {
            let mut claims = Vec::new();
            if let Some(formula) = &property.formula {
                formula.for_each_claim(&mut |claim| claims.push(claim));
                claims.reverse();
            }
            claims.push(&property.claim);
            while let Some(claim) = claims.pop() {
                claim.shown.iter().for_each(|shown| labels.enter(&shown.ty));
                claims.extend(claim.parts.iter().rev().map(|part| &part.claim));
            }
        }
        let lanes = system.chart.iter().flat_map(|chart| &chart.lanes);
        lanes.filter_map(|lane| lane.index.as_ref()).for_each(|ty| labels.enter(ty));
        labels
    }

    fn enter(&mut self, ty: &DataType) {
        let title = match ty {
            DataType::Bool | DataType::Int { .. } => return,
            DataType::Option(inner)
            | DataType::Set(inner)
            | DataType::Bag(inner, _)
            | DataType::Seq(inner, _) => {
                return self.enter(inner);
            }
            DataType::Array { index, element } => {
                self.enter(index);
                return self.enter(element);
            }
            DataType::Enum(_) | DataType::Struct(_) if self.labels.contains_key(ty) => return,
            DataType::Enum(e) => {
                e.variants.iter().flat_map(|variant| &variant.fields).for_each(|field| self.enter(&field.ty));
                &e.name
            }
            DataType::Struct(s) => {
                s.fields.iter().for_each(|field| self.enter(&field.ty));
                &s.name
            }
        };
        let count = self.counts.entry(title.clone()).or_default();
        *count += 1;
        let label = if *count == 1 { name(title) } else { format!("{}#{count}", name(title)) };
        self.labels.insert(ty.clone(), label);
        self.order.push(ty.clone());
    }

    /// The declarations of all enums and structs.
    pub(super) fn declarations(&self) -> Vec<String> {
        let declare = |ty: &DataType| {
            let label = self.show(ty);
            match ty {
                DataType::Enum(e) => {
                    let variant = |v: &VariantType| match v.fields.as_slice() {
                        [] => name(&v.name),
                        fields => format!("{}({})", name(&v.name), self.fields(fields)),
                    };
                    let variants: Vec<String> = e.variants.iter().map(variant).collect();
                    format!("enum {label} {{ {} }}", variants.join(", "))
                }
                DataType::Struct(s) => format!("struct {label} {{ {} }}", self.fields(&s.fields)),
                _ => label,
            }
        };
        self.order.iter().map(declare).collect()
    }

    fn fields(&self, fields: &[FieldType]) -> String {
        let field = |f: &FieldType| format!("{}: {}", name(&f.name), self.show(&f.ty));
        fields.iter().map(field).collect::<Vec<_>>().join(", ")
    }

    /// A type as it is mentioned.
    pub(super) fn show(&self, ty: &DataType) -> String {
        match ty {
            DataType::Bool | DataType::Int { .. } => ty.to_string(),
            DataType::Enum(_) | DataType::Struct(_) => self.labels.get(ty).cloned().unwrap_or_default(),
            DataType::Option(inner) => format!("Option<{}>", self.show(inner)),
            DataType::Array { index, element } => format!("[{}; {}]", self.show(element), self.show(index)),
            DataType::Set(inner) => format!("Set<{}>", self.show(inner)),
            DataType::Bag(inner, n) => format!("Bag<{}, {n}>", self.show(inner)),
            DataType::Seq(inner, n) => format!("Seq<{}, {n}>", self.show(inner)),
        }
    }
}

impl Parser {
    /// The declarations of enums and structs.
    pub(super) fn type_declarations(&mut self) -> Result<(), TextError> {
        loop {
            let is_enum = self.is_word("enum");
            if !is_enum && !self.is_word("struct") {
                return Ok(());
            }
            self.advance();
            let (title, number) = self.label()?;
            self.sign("{")?;
            let mut size = Measured::LEAF;
            let ty = if is_enum {
                let variants = self.list("}", |parser| {
                    let title = parser.name()?;
                    let fields = if parser.take("(") { parser.fields(")", &mut size)? } else { Vec::new() };
                    Ok(VariantType { name: title, fields })
                })?;
                DataType::Enum(Arc::new(EnumType { name: title.clone(), variants }))
            } else {
                let fields = self.fields("}", &mut size)?;
                DataType::Struct(Arc::new(StructType { name: title.clone(), fields }))
            };
            let measured = self.measure(ty, &[size])?;
            if self.types.insert((title.clone(), number), measured).is_some() {
                return Err(self.error(format!("two types are labelled {}", name(&title))));
            }
        }
    }

    fn fields(&mut self, end: &'static str, size: &mut (u32, u64)) -> Result<Vec<FieldType>, TextError> {
        self.list(end, |parser| {
            let title = parser.name()?;
            parser.sign(":")?;
            let field = parser.data_type()?;
            size.0 = size.0.max(field.size.0);
            size.1 = size.1.saturating_add(field.size.1);
            Ok(FieldType { name: title, ty: field.ty })
        })
    }

    fn label(&mut self) -> Result<(String, u64), TextError> {
        let title = self.name()?;
        let number = if self.take("#") { self.unsigned()? } else { 1 };
        Ok((title, number))
    }

    /// A type of the language, with its size.
    pub(super) fn data_type(&mut self) -> Result<Measured, TextError> {
        self.nested(|parser| {
            if parser.take("[") {
                let element = parser.data_type()?;
                parser.sign(";")?;
                let index = parser.data_type()?;
                parser.sign("]")?;
                let ty = DataType::Array { index: index.ty.into(), element: element.ty.into() };
                return parser.measure(ty, &[index.size, element.size]);
            }
            if matches!(parser.peek(), Token::Number(_) | Token::Sign("-")) {
                let (lo, hi) = parser.range()?;
                return Ok(Measured { ty: DataType::Int { lo, hi }, size: Measured::LEAF });
            }
            let constructor = match parser.peek() {
                Token::Word(word) => word.clone(),
                _ => String::new(),
            };
            let leaf = match constructor.as_str() {
                "bool" => Some(DataType::Bool),
                "number" => Some(DataType::NUMBER),
                _ => None,
            };
            if let Some(ty) = leaf {
                parser.advance();
                return Ok(Measured { ty, size: Measured::LEAF });
            }
            if !matches!(constructor.as_str(), "Option" | "Set" | "Bag" | "Seq") {
                let label = parser.label()?;
                let known = parser.types.get(&label).cloned();
                return known
                    .ok_or_else(|| parser.error(format!("there is no type {}#{}", label.0, label.1)));
            }
            parser.advance();
            parser.sign("<")?;
            let inner = parser.data_type()?;
            let (size, inner) = (inner.size, Arc::new(inner.ty));
            let capacity = match constructor.as_str() {
                "Bag" | "Seq" => {
                    parser.sign(",")?;
                    parser.small()?
                }
                _ => 0,
            };
            parser.sign(">")?;
            let ty = match constructor.as_str() {
                "Option" => DataType::Option(inner),
                "Set" => DataType::Set(inner),
                "Bag" => DataType::Bag(inner, capacity),
                _ => DataType::Seq(inner, capacity),
            };
            parser.measure(ty, &[size])
        })
    }
}
