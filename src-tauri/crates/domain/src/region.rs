//! Where the APIs of VBC are.
//!
//! Vonage publishes one address for the world and another service name for India (developer pages "Call Recording" and
//! "Call Recording India"). Companies whose gateway is their own type the addresses in, so every one of them is text
//! that a person can see and change.

/// Which addresses an account uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Region {
    /// Everywhere but India.
    #[default]
    Default,
    /// India: its own service, company recordings alone.
    India,
    /// Typed in by a person.
    Custom,
}

/// The addresses of a region. None ends with a slash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoints {
    /// The call recording service, up to and with its name; `/api` or `/v1/api` follow.
    pub service_base: &'static str,
    /// The provisioning service, for the list of users.
    pub provisioning_base: &'static str,
    /// Where tokens are issued and renewed.
    pub token_url: &'static str,
    /// Where a person signs in with a browser.
    pub authorize_url: &'static str,
}

/// The token address of the gateway that some white-label accounts use instead of [`Endpoints::token_url`]
/// (an integrator's report; Vonage's pages do not name it).
pub const WHITE_LABEL_TOKEN_URL: &str =
    "https://apimanager.auth.prod.vonagenetworks.net/t/vbc.prod/oauth2/token";

impl Region {
    /// The name used in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::India => "india",
            Self::Custom => "custom",
        }
    }

    /// Reads [`Region::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Default, Self::India, Self::Custom]
            .into_iter()
            .find(|region| region.as_str() == text)
    }

    /// The region's addresses; a person types those of [`Region::Custom`].
    pub fn endpoints(self) -> Option<Endpoints> {
        let service_base = match self {
            Self::Default => "https://api.vonage.com/t/vbc.prod/call_recording",
            Self::India => "https://api.vonage.com/t/vbc.prod/call_recording_india",
            Self::Custom => return None,
        };
        Some(Endpoints {
            service_base,
            provisioning_base: "https://api.vonage.com/t/vbc.prod/provisioning",
            token_url: "https://api.vonage.com/token",
            authorize_url: "https://api.vonage.com/authorize",
        })
    }

    /// Whether the region's service has no recordings on demand and no transcripts.
    pub fn is_company_only(self) -> bool {
        self == Self::India
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for region in [Region::Default, Region::India, Region::Custom] {
            assert_eq!(Region::parse(region.as_str()), Some(region));
            assert_eq!(region.endpoints().is_none(), region == Region::Custom);
        }
        assert_eq!(Region::parse("moon"), None);
    }
}
