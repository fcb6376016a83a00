using System.Text.Json.Serialization;
using ImageGateway.Images;
using ImageGateway.Quotas;

namespace ImageGateway.Tenants;

/// <summary>A temporary increase of a limit.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Limit">The limit, by its word: <c>usd_per_day</c>.</param>
/// <param name="Amount">The increase in USD, tokens, images or requests.</param>
/// <param name="ExpiresAt">Unix seconds.</param>
internal sealed record TopUp(string Id, string Limit, decimal Amount, long ExpiresAt);

/// <summary>The limits that the control plane gave a scope, in the format of its responses, of the database's row and of the audit log.</summary>
internal sealed record IssuedLimits
{
    /// <summary><c>tenant:acme</c>, <c>project:acme/web</c>, <c>key:ID</c>, <c>user:acme/U</c>; <c>user:acme/*</c> for each user.</summary>
    public required string Scope { get; init; }
    public required string Tenant { get; init; }
    public decimal? UsdPerDay { get; init; }
    public decimal? UsdPerMonth { get; init; }
    public decimal? UsdTotal { get; init; }
    public long? OutputTokensPerMinute { get; init; }
    public long? OutputTokensPerMonth { get; init; }
    public long? ImagesPerMinute { get; init; }
    public long? RequestsPerMinute { get; init; }
    public long? ConcurrentImages { get; init; }
    public string? MaxQuality { get; init; }

    [JsonConverter(typeof(LowerCase<LimitMode>))]
    public LimitMode Mode { get; init; }

    public IReadOnlyList<TopUp> TopUps { get; init; } = [];

    /// <summary>The number of the last change to it.</summary>
    [JsonIgnore]
    public long Version { get; init; }

    /// <summary>The limits that are set, by their words.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> LimitWords => [.. At(DateTimeOffset.MaxValue, static (_, _) => { }).Limits.Select(limit => limit.Kind.Word)];

    /// <summary>The limits in force at <paramref name="now"/>, top-ups included.</summary>
    /// <param name="now">The time.</param>
    /// <param name="mistake">Called for each invalid value, with the option's name.</param>
    public ScopeLimits At(DateTimeOffset now, Action<string, string> mistake)
    {
        decimal? Of(string word, decimal? limit) => limit + TopUps.Where(topUp => topUp.Limit == word && topUp.ExpiresAt > now.ToUnixTimeSeconds()).Sum(topUp => topUp.Amount);
        return ScopeLimits.Of(
            Scope,
            new LimitOptions
            {
                UsdPerDay = Of("usd_per_day", UsdPerDay),
                UsdPerMonth = Of("usd_per_month", UsdPerMonth),
                UsdTotal = Of("usd_total", UsdTotal),
                OutputTokensPerMinute = (long?)Of("output_tokens_per_minute", OutputTokensPerMinute),
                OutputTokensPerMonth = (long?)Of("output_tokens_per_month", OutputTokensPerMonth),
                ImagesPerMinute = (long?)Of("images_per_minute", ImagesPerMinute),
                RequestsPerMinute = (long?)Of("requests_per_minute", RequestsPerMinute),
                ConcurrentImages = (long?)Of("concurrent_images", ConcurrentImages),
                MaxQuality = MaxQuality,
                Mode = Mode,
            },
            mistake);
    }
}
