namespace ImageGateway.Chaos.Clients;

/// <summary>How a request ended, as its client sees it.</summary>
internal enum ReplyEnd
{
    /// <summary>200, and all of it came.</summary>
    Whole,

    /// <summary>An error, said as such.</summary>
    Refused,

    /// <summary>A 200 that broke off and was seen to.</summary>
    Broken,

    /// <summary>The connection was lost before an answer.</summary>
    Lost,

    /// <summary>The client left.</summary>
    Left,

    /// <summary>Nobody took the connection: nothing was sent.</summary>
    Unsent,
}

/// <summary>One request and what came of it.</summary>
/// <param name="Ask">The job.</param>
/// <param name="Id">The request's own name, which the ledger has as the client's request id.</param>
/// <param name="Replica">The gateway it was sent to.</param>
/// <param name="Began">When, since the run's begin.</param>
internal sealed record Reply(Ask Ask, string Id, string Replica, TimeSpan Began)
{
    public ReplyEnd End { get; init; }

    /// <summary>When it was over, since the run's begin.</summary>
    public TimeSpan Ended { get; init; }

    /// <summary>The HTTP status; null when none came.</summary>
    public int? Status { get; init; }

    /// <summary>True when it was told when to come again, and so nothing came of it.</summary>
    public bool HasRetryAfter { get; init; }

    /// <summary>Code and message of an error, or what the client's own library said.</summary>
    public string? Code { get; init; }
    public string? Message { get; init; }

    /// <summary>SHA-256 of the final pictures.</summary>
    public IReadOnlyList<string> Pictures { get; init; } = [];

    /// <summary>What is wrong with a whole answer's pictures; null: nothing.</summary>
    public string? Defect { get; init; }

    /// <summary>x-gateway-cache.</summary>
    public string? Cache { get; init; }

    /// <summary>True when it was an answer given before, by its idempotency key.</summary>
    public bool IsReplayed { get; init; }
}
