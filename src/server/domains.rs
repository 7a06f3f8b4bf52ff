//! The domains of this server: the only list of them.

use crate::crew;
use crate::realtime::domain::{MountError, Mounted, Parts};

/// A domain: what is called, once, when the server is put together.
pub type Domain = fn(&mut Parts) -> Result<Mounted, MountError>;

/// Every domain. Each may import those that stand before it, and find their services in [`Parts`]; the layer test holds the
/// imports against this order.
pub const DOMAINS: &[Domain] = &[crew::mount];

/// Mounts them all.
///
/// # Errors
/// [`MountError`] of the first that cannot be mounted.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let mut all = Mounted::default();
    for domain in DOMAINS {
        all.add(domain(parts)?);
    }
    Ok(all)
}
