using ImageGateway.Chaos.Fleet;

namespace ImageGateway.Chaos.Clients;

/// <summary>What a client wants of its job.</summary>
internal enum AskKind { Json, Stream, Edit, Cached, Idempotent, Leaving, Pair, Fan }

/// <summary>One job as a client asks for it; an idempotent one may be sent several times.</summary>
/// <param name="Kind">What is particular about it.</param>
/// <param name="Key">By whose key.</param>
/// <param name="User">The end user.</param>
/// <param name="Prompt">Its own, or one of the few of the cached kind: what the providers know it by.</param>
internal sealed record Ask(AskKind Kind, TenantKey Key, string User, string Prompt)
{
    /// <summary>True when it is asked for as events.</summary>
    public bool Streams { get; init; }

    /// <summary>Pictures.</summary>
    public int Count => Kind is AskKind.Pair or AskKind.Fan ? 2 : 1;

    public string Model => Kind == AskKind.Fan ? "dall-e-3" : "gpt-image-1";

    /// <summary>After how long its client leaves; null: it does not.</summary>
    public TimeSpan? LeavesAfter { get; init; }

    /// <summary>The Idempotency-Key.</summary>
    public string? IdempotencyKey => Kind == AskKind.Idempotent ? Prompt : null;
}
