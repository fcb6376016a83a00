using System.Text.Json.Serialization;

namespace ImageGateway.Images;

/// <summary>How responses to a tenant's or a route's jobs are cached.</summary>
/// <param name="Ttl">How long each is kept; zero: not at all. At most <see cref="LongestTtl"/>.</param>
/// <param name="MaxBytes">Bytes for a tenant's cached responses, and so the largest response that is cached; 1 to <see cref="MostBytes"/>.</param>
/// <param name="Scope">Whose cached responses may be served.</param>
internal sealed record CacheRule(TimeSpan Ttl, long MaxBytes, CacheScope Scope)
{
    /// <summary>The longest time that a response may be kept.</summary>
    public static readonly TimeSpan LongestTtl = TimeSpan.FromDays(30);

    /// <summary>The highest limit for a tenant's responses.</summary>
    public const long MostBytes = 1L << 40;

    /// <summary>The defaults.</summary>
    public static CacheRule Default { get; } = new(TimeSpan.FromHours(1), 256L << 20, CacheScope.Tenant);

    /// <summary>Whether responses are shared with the other tenants that share theirs.</summary>
    [JsonIgnore]
    public bool IsShared => Scope == CacheScope.Shared;
}

/// <summary>Whose cached responses may be served.</summary>
[JsonConverter(typeof(LowerCase<CacheScope>))]
internal enum CacheScope
{
    /// <summary>The tenant's own.</summary>
    Tenant,

    /// <summary>Those of all tenants with this scope, which in turn see this tenant's.</summary>
    Shared,
}

/// <summary>What happens to a job whose client disconnects during generation.</summary>
[JsonConverter(typeof(LowerCase<DisconnectAction>))]
internal enum DisconnectAction
{
    /// <summary>The job is finished, if its response can be kept.</summary>
    Finish,

    /// <summary>The provider's call is cancelled.</summary>
    Cancel,
}
