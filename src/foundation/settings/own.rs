//! The settings of domains, which the server stores without knowing their types.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;

use super::{Setting, Settings};

/// The settings of one feature.
pub trait OwnSettings: fmt::Debug + Clone + Send + Sync + 'static {
    /// The rows, one for each field.
    const ROWS: &'static [Setting];

    /// Returns a value for every field, which the rows' defaults then replace.
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

/// The settings of all features, by type.
#[derive(Debug, Default)]
pub struct Own(HashMap<TypeId, Box<dyn Held>>);

impl Clone for Own {
    fn clone(&self) -> Self {
        Own(self.0.iter().map(|(kind, held)| (*kind, (**held).copy())).collect())
    }
}

impl Settings {
    /// Returns the settings of a feature: those that were loaded, or the defaults of its rows.
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

    /// Returns the settings of a feature for its rows to change.
    pub fn own_mut<T: OwnSettings>(&mut self) -> &mut T {
        let held = self.own.0.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(T::blank()));
        (**held).any_mut().downcast_mut().expect("what is held by a type is of that type")
    }
}
