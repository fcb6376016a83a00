using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Quotas;
using ImageGateway.Tenants;

namespace ImageGateway.Api;

/// <summary>A limit of a key: USD, tokens, images or requests. <see cref="ResetsAt"/> is in Unix seconds, null if the limit does not reset.</summary>
internal sealed record LimitAnswer(string Scope, string Limit, decimal Max, decimal Used, decimal Held, decimal Remaining, long? ResetsAt, string Mode)
{
    /// <summary>A counter's limits: the one that is enforced, and the one that only warns.</summary>
    public static IEnumerable<LimitAnswer> Of(CounterUse use, CounterState state, DateTimeOffset now)
    {
        if (use.Limit.Enforced is { } enforced)
            yield return Of(use, state, now, enforced, "enforce");
        if (use.Limit.Warned is { } warned)
            yield return Of(use, state, now, warned, "warn");
    }

    private static LimitAnswer Of(CounterUse use, CounterState state, DateTimeOffset now, long max, string mode)
    {
        var kind = use.Limit.Kind;
        var resets = kind.Shape == LimitShape.Minute ? now.AddMilliseconds((double)Math.Ceiling(state.Used * 60_000m / max)) : kind.End(now);
        return new LimitAnswer(
            use.Scope, kind.Word, kind.Shown(max), kind.Shown(state.Used), kind.Shown(state.Held), kind.Shown(state.Remaining(max)),
            resets?.ToUnixTimeSeconds(), mode);
    }
}

/// <summary>The answer of <c>GET /v1/quota</c>.</summary>
internal sealed record QuotaAnswerBody(string Object, IReadOnlyList<LimitAnswer> Limits);

/// <summary><c>GET /v1/quota</c>: every limit of the caller's key and its current use; <c>?user=</c> adds those of an end user.</summary>
internal static class QuotaEndpoint
{
    public static void MapQuota(this IEndpointRouteBuilder app) => app.MapGet("/v1/quota", async (HttpContext http, Quota quota, TimeProvider time) =>
    {
        var user = new QueryReader(http.Request.Query).Text("user");
        if (user is not null && !Parameters.IsUser(user))
            throw GatewayException.Invalid("user", user, Parameters.AllowedUser);
        var counters = await quota.ReadAsync(http.Caller(), user);
        return new QuotaAnswerBody("quota", [.. counters.SelectMany(counter => LimitAnswer.Of(counter.Use, counter.State, time.GetUtcNow()))]);
    }).WithQuery("user", "api-version"); // Azure's clients send their version with whatever they ask for.
}
