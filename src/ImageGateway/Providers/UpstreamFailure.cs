using ImageGateway.Images;

namespace ImageGateway.Providers;

/// <summary>What a failure means for the next attempt.</summary>
internal enum FailureKind
{
    /// <summary>The request is wrong for any provider, or this one says so.</summary>
    Request,

    /// <summary>The picture is refused; another provider might draw it, and must not be asked unless the route says so.</summary>
    Refusal,

    /// <summary>The provider failed and will not bill.</summary>
    Broken,

    /// <summary>The provider has no room.</summary>
    RateLimited,

    /// <summary>The account has no money, or its credentials are wrong: nothing to do but ask elsewhere.</summary>
    Account,

    /// <summary>Nothing came, but the provider may have drawn the picture and may bill it.</summary>
    MayBill,
}

/// <summary>A failed call: what the client would be told, what it means, and how long the target is left alone.</summary>
internal sealed record UpstreamFailure(FailureKind Kind, GatewayError Error, TimeSpan? Rest = null)
{
    // What says most against another call comes first: a refusal goes to nobody else, and what may be billed is not bought twice.
    private static readonly FailureKind[] Gravest = [FailureKind.Refusal, FailureKind.MayBill, FailureKind.Request, FailureKind.Account, FailureKind.RateLimited, FailureKind.Broken];

    /// <summary>True when it may be billed, or when another call of the same job may be.</summary>
    public bool MayBeBilled { get; private init; } = Kind == FailureKind.MayBill;

    /// <summary>True when <see cref="Rest"/> is a guess, and the provider did not say how long.</summary>
    public bool IsAssumed { get; init; }

    /// <summary>What a stream that has begun tells its client: the provider's own words, without what must not show; null: <see cref="Error"/>.</summary>
    public GatewayError? Words { get; init; }

    /// <summary>An answer that ended before it was whole, or fell silent.</summary>
    public static UpstreamFailure BrokeOff(bool timedOut) => new(FailureKind.MayBill, timedOut
        ? new GatewayError(ErrorKind.UpstreamTimeout, "The provider stopped sending.")
        : new GatewayError(ErrorKind.UpstreamError, "The provider broke off in the middle of its answer."));

    /// <summary>What the calls of one job mean together: the gravest of their failures, and the longest rest; null where none failed.</summary>
    public static UpstreamFailure? OfAll(IReadOnlyCollection<UpstreamFailure> failures) =>
        failures.MinBy(failure => Array.IndexOf(Gravest, failure.Kind)) is { } gravest
            ? gravest with { Rest = failures.Max(failure => failure.Rest), IsAssumed = failures.Any(failure => failure.IsAssumed), MayBeBilled = failures.Any(failure => failure.MayBeBilled) }
            : null;

    /// <summary>The same where pictures of the job have come: it must not be drawn again elsewhere.</summary>
    public UpstreamFailure WithPaid() => Kind is FailureKind.Broken or FailureKind.RateLimited or FailureKind.Account ? this with { Kind = FailureKind.MayBill, MayBeBilled = true } : this with { MayBeBilled = true };
}
