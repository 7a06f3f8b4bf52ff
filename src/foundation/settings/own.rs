//! The settings of domains: the server holds them, and does not know what they are.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;

use super::{Setting, Settings};

/// What one feature goes by.
pub trait OwnSettings: fmt::Debug + Clone + Send + Sync + 'static {
    /// A row for each field.
    const ROWS: &'static [Setting];

    /// Returns a value for every field, before the rows' defaults are applied. None of them is ever in force.
    fn blank() -> Self;
}

trait Held: fmt::Debug + Send + Sync {
    fn copy(&self) -> Box<dyn Held>;
    fn any(&self) -> &dyn Any;
    fn any_mut(&mut self) -> &mut dyn Any;
}

impl<T: OwnSettings> Held for T {
    fn copy(&self) -> Box<dyn Held> {
        Box::new(self.clone())
    }

    fn any(&self) -> &dyn Any {
        self
    }

    fn any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// What the features go by, by its type.
#[derive(Debug, Default)]
pub struct Own(HashMap<TypeId, Box<dyn Held>>);

impl Clone for Own {
    fn clone(&self) -> Self {
        Own(self.0.iter().map(|(kind, held)| (*kind, (**held).copy())).collect())
    }
}

impl Settings {
    /// Returns what a feature goes by: what was set, or the defaults of its rows.
    pub fn own<T: OwnSettings>(&self) -> T {
        if let Some(own) = self.own.0.get(&TypeId::of::<T>()).and_then(|held| (**held).any().downcast_ref::<T>()) {
            return own.clone();
        }
        let mut defaults = Settings::blank();
        for row in T::ROWS {
            if let Some(text) = row.default.text() {
                (row.apply)(&mut defaults, &text).expect("a test holds every default against its own form");
            }
        }
        std::mem::replace(defaults.own_mut::<T>(), T::blank())
    }

    /// Returns it to be changed, by its rows.
    pub fn own_mut<T: OwnSettings>(&mut self) -> &mut T {
        let held = self.own.0.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(T::blank()));
        (**held).any_mut().downcast_mut().expect("what is held by a type is of that type")
    }
}
