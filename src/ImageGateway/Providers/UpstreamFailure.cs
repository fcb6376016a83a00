using ImageGateway.Images;

namespace ImageGateway.Providers;

/// <summary>The meaning of a failure for the next attempt.</summary>
internal enum FailureKind
{
    /// <summary>The request is invalid for every provider, or at least for this one.</summary>
    Request,

    /// <summary>The content is refused; another provider might accept it, but must not be tried unless the route allows it.</summary>
    Refusal,

    /// <summary>The provider failed and will not bill.</summary>
    Broken,

    /// <summary>The provider has no capacity.</summary>
    RateLimited,

    /// <summary>The account has no credit, or its credentials are wrong: only another provider can help.</summary>
    Account,

    /// <summary>No response came, but the provider may have generated the image and may bill it.</summary>
    MayBill,
}

/// <summary>A failed call: the client's error, its meaning, and how long the target rests.</summary>
internal sealed record UpstreamFailure(FailureKind Kind, GatewayError Error, TimeSpan? Rest = null)
{
    // In order of gravity: a refusal must not be tried elsewhere, and what may be billed is not bought twice.
    private static readonly FailureKind[] Gravest = [FailureKind.Refusal, FailureKind.MayBill, FailureKind.Request, FailureKind.Account, FailureKind.RateLimited, FailureKind.Broken];

    /// <summary>True when this call, or another one of the same job, may be billed.</summary>
    public bool MayBeBilled { get; private init; } = Kind == FailureKind.MayBill;

    /// <summary>True when <see cref="Rest"/> is a guess, and the provider did not say how long.</summary>
    public bool IsAssumed { get; init; }

    /// <summary>The error for a client whose stream has started: the provider's own message, redacted; null: <see cref="Error"/>.</summary>
    public GatewayError? Words { get; init; }

    /// <summary>The failure of a response that ended early.</summary>
    /// <param name="why">Why the gateway ended it; null: the provider did.</param>
    public static UpstreamFailure BrokeOff(GatewayError? why) =>
        new(FailureKind.MayBill, why ?? GatewayError.BrokeOff);

    /// <summary>The combined meaning of one job's calls: the gravest of their failures, and the longest pause; null if none failed.</summary>
    public static UpstreamFailure? OfAll(IReadOnlyCollection<UpstreamFailure> failures) =>
        failures.MinBy(failure => Array.IndexOf(Gravest, failure.Kind)) is { } gravest
            ? gravest with { Rest = failures.Max(failure => failure.Rest), IsAssumed = failures.Any(failure => failure.IsAssumed), MayBeBilled = failures.Any(failure => failure.MayBeBilled) }
            : null;

    /// <summary>The same failure after images of the job have arrived: the job must not be repeated elsewhere.</summary>
    public UpstreamFailure WithPaid() => Kind is FailureKind.Broken or FailureKind.RateLimited or FailureKind.Account ? this with { Kind = FailureKind.MayBill, MayBeBilled = true } : this with { MayBeBilled = true };
}
