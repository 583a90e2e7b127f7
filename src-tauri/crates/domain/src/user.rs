//! People of an account, as the vendor lists them.

use crate::ids::UserId;

/// One user of a VBC account (Provisioning API, `users`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorUser {
    /// The vendor's id, which names the user's recordings on demand.
    pub id: UserId,
    /// The name they sign in with.
    pub login_name: Option<String>,
    /// First and last name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Extension numbers.
    pub extensions: Vec<String>,
}

impl VendorUser {
    /// The best name there is: the person's, else the login, else the e-mail address, else the id.
    pub fn label(&self) -> &str {
        [&self.name, &self.login_name, &self.email]
            .into_iter()
            .find_map(Option::as_deref)
            .unwrap_or(self.id.as_str())
    }
}
