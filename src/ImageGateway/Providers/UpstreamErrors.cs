using System.Collections.Frozen;
using System.Text.RegularExpressions;
using ImageGateway.Images;

namespace ImageGateway.Providers;

/// <summary>Turns a provider's failure into an error the client may see: no host, key, account or deployment name.</summary>
internal static class UpstreamErrors
{
    /// <summary>Codes of content refusals, including Azure's.</summary>
    private static readonly FrozenSet<string> Refusals = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "moderation_blocked", "content_policy_violation", "contentFilter", "content_filter", "ResponsibleAIPolicyViolation");

    private static readonly FrozenSet<string> AzureRefusals = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "contentFilter", "content_filter", "ResponsibleAIPolicyViolation");

    /// <summary>Codes of an account without credit; waiting does not help.</summary>
    private static readonly FrozenSet<string> Billing = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded", "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded", "billing_hard_limit_reached");

    // A target without credit is out for five minutes, or until it is enabled; one with wrong credentials is retried sooner.
    private static readonly TimeSpan BillingPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan CredentialsPause = TimeSpan.FromMinutes(1);

    // The request reached the wrong server (421), came too early on its connection (425), or a proxy in front was cut off
    // (460, 499): the same request may succeed on another connection.
    private static readonly FrozenSet<int> OfTheConnection = FrozenSet.Create(421, 425, 460, 499);

    // For a rate limit without a stated pause.
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(1);

    /// <summary>The failure, with the error for the client.</summary>
    /// <param name="response">The provider's response; its status may be 200.</param>
    /// <param name="body">Its body, or the first 64 KiB.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="secrets">Strings to remove; see <see cref="IImageProvider.Secrets"/>.</param>
    /// <param name="now">The time, for a Retry-After that is a date.</param>
    public static UpstreamFailure Map(HttpResponseMessage response, ReadOnlySpan<byte> body, Attempt attempt, IReadOnlyList<string> secrets, DateTimeOffset now)
    {
        var (status, error) = ((int)response.StatusCode, UpstreamErrorBody.Parse(body));
        var wait = RetryAfter.Read(response.Headers, now);
        if (IsIn(Refusals, error))
            return new UpstreamFailure(FailureKind.Refusal, Refusal(error, attempt, secrets));
        // The newer codes keep changing; their type is stable.
        if (IsIn(Billing, error) || error.Type == "insufficient_quota")
            return Account(BillingPause);
        if (status is 401 or 402 or 403 or 407) // 407: of a proxy on the way, whose credentials are the operator's too
            return Account(CredentialsPause);
        if (status == 429 || error.Code == "rate_limit_exceeded")
            return RateLimited(wait);
        if (status == 408)
            return new UpstreamFailure(FailureKind.Broken, new GatewayError(ErrorKind.UpstreamTimeout, "The provider timed out waiting for the request."), wait);
        if (status == 410)
            return new UpstreamFailure(FailureKind.Request, Passing(404, error, attempt, secrets)); // a retired model is a 404
        if (status is >= 400 and < 500 && !OfTheConnection.Contains(status))
            return new UpstreamFailure(status == 409 ? FailureKind.Broken : FailureKind.Request, Passing(status, error, attempt, secrets), wait);
        // A proxy in front timed out (524 is Cloudflare's), while the provider continues generating.
        var mayBill = status is 504 or 524 && attempt.IsSent;
        return new UpstreamFailure(mayBill ? FailureKind.MayBill : FailureKind.Broken, Broken(status, wait), wait)
        {
            Words = (error.Message ?? error.Code) is not null ? Passing(status, error with { Type = error.Type ?? "server_error" }, attempt, secrets) : null,
        };
    }

    private static UpstreamFailure Account(TimeSpan pause) => new(
        FailureKind.Account,
        new GatewayError(ErrorKind.NoTargetAvailable, "The provider does not serve this gateway's account now; the gateway's operator must fix this.") { RetryAfter = pause },
        pause);

    private static UpstreamFailure RateLimited(TimeSpan? asked) => new(
        FailureKind.RateLimited, new GatewayError(ErrorKind.RateLimited, "The provider's rate limit is reached. Please try again later.") { RetryAfter = asked ?? DefaultPause }, asked ?? DefaultPause)
    {
        IsAssumed = asked is null,
    };

    private static GatewayError Passing(int status, UpstreamErrorBody error, Attempt attempt, IReadOnlyList<string> secrets) =>
        new(ErrorKind.ProviderRefusal, Clean(error.Message, attempt, secrets) ?? $"The provider refused the request with status {status}.", error.Param)
        {
            Provider = new ProviderWords(status, error.Type ?? "invalid_request_error", error.Code),
        };

    private static GatewayError Broken(int status, TimeSpan? wait) =>
        new(ErrorKind.UpstreamError, status is >= 200 and < 300 ? "The provider responded with an error instead of an image." : $"The provider failed with status {status}.")
        {
            RetryAfter = wait,
        };

    /// <summary>True when the error has one of these codes.</summary>
    private static bool IsIn(FrozenSet<string> codes, UpstreamErrorBody error) =>
        (error.Code is { } code && codes.Contains(code)) || (error.InnerCode is { } inner && codes.Contains(inner));

    private static GatewayError Refusal(UpstreamErrorBody error, Attempt attempt, IReadOnlyList<string> secrets)
    {
        var code = IsIn(AzureRefusals, error) ? "moderation_blocked" : error.Code;
        var message = Clean(error.Message, attempt, secrets) ?? "The request was rejected by the provider's safety system.";
        return new GatewayError(ErrorKind.ProviderRefusal, message, error.Param)
        {
            Provider = new ProviderWords(400, error.Type ?? "invalid_request_error", code, error.ModerationDetails),
        };
    }

    private static string? Clean(string? message, Attempt attempt, IReadOnlyList<string> secrets)
    {
        if (string.IsNullOrEmpty(message))
            return null;
        foreach (var secret in secrets.Where(secret => secret.Length > 0))
            message = message.Replace(secret, "…", StringComparison.OrdinalIgnoreCase);
        // A deployment's name reveals the operator's setup; the client knows the model. The name may also occur within other
        // words.
        return attempt.Name == attempt.Model.Name ? message
            : Regex.Replace(message, $@"(?<!\w){Regex.Escape(attempt.Name)}(?!\w)", attempt.Model.Name.Replace("$", "$$", StringComparison.Ordinal), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }
}
