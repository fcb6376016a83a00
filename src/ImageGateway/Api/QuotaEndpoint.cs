using ImageGateway.Api.Reading;
using ImageGateway.Images;
using ImageGateway.Quotas;
using ImageGateway.Tenants;

namespace ImageGateway.Api;

/// <summary>A limit of a key: USD, tokens, images or requests. <see cref="ResetsAt"/> is in Unix seconds, null if the limit does not reset.</summary>
internal sealed record LimitAnswer(string Scope, string Limit, decimal Max, decimal Used, decimal Held, decimal Remaining, long? ResetsAt, string Mode)
{
    public static LimitAnswer Of(CounterUse use, CounterState state, DateTimeOffset now)
    {
        var (kind, max) = (use.Limit.Kind, use.Limit.Max);
        var resets = kind.Shape == LimitShape.Minute ? now.AddMilliseconds((double)Math.Ceiling(state.Used * 60_000m / max)) : kind.End(now);
        return new LimitAnswer(
            use.Scope, kind.Word, kind.Shown(max), kind.Shown(state.Used), kind.Shown(state.Held), kind.Shown(state.Remaining(max)),
            resets?.ToUnixTimeSeconds(), use.Limit.Enforced is null ? "warn" : "enforce");
    }
}

/// <summary>The answer of <c>GET /v1/quota</c>.</summary>
internal sealed record QuotaAnswerBody(string Object, IReadOnlyList<LimitAnswer> Limits);

/// <summary><c>GET /v1/quota</c>: every limit of the caller's key and its current use; <c>?user=</c> adds those of an end user.</summary>
internal static class QuotaEndpoint
{
    public static void MapQuota(this IEndpointRouteBuilder app) => app.MapGet("/v1/quota", async (HttpContext http, Quota quota, TimeProvider time) =>
    {
        var user = (string?)http.Request.Query["user"];
        if (user is not null && !Parameters.IsUser(user))
            throw GatewayException.Invalid("user", user, Parameters.AllowedUser);
        var counters = await quota.ReadAsync(http.Caller(), user);
        return new QuotaAnswerBody("quota", [.. counters.Select(counter => LimitAnswer.Of(counter.Use, counter.State, time.GetUtcNow()))]);
    });
}
