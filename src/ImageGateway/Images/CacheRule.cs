namespace ImageGateway.Images;

/// <summary>How answers to a tenant's or a route's jobs are cached.</summary>
/// <param name="Ttl">How long each is kept; zero: not at all.</param>
/// <param name="MaxBytes">What a tenant's cached answers may take, and so the largest of them.</param>
/// <param name="IsShared">Whether they are shared with the other tenants whose answers are.</param>
internal sealed record CacheRule(TimeSpan Ttl, long MaxBytes, bool IsShared);

/// <summary>What happens to a job whose client leaves while a provider draws.</summary>
internal enum DisconnectAction
{
    /// <summary>It is finished, where its answer can be kept.</summary>
    Finish,

    /// <summary>The provider's call is cancelled.</summary>
    Cancel,
}
