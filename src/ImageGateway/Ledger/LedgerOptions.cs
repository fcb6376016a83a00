namespace ImageGateway.Ledger;

/// <summary>What happens to a job whose write-ahead intent cannot be written to the database.</summary>
internal enum LedgerFailureAction
{
    /// <summary>The job gets a 503, and no provider is called.</summary>
    Refuse,

    /// <summary>The intent goes to a file on this machine, and to the database when it is back.</summary>
    Spool,
}

/// <summary>The ledger (<c>Gateway:Ledger</c>).</summary>
internal sealed class LedgerFileOptions
{
    /// <summary>How long entries are kept, at least 1 day; hourly and daily totals are kept forever. Absent: forever.</summary>
    public TimeSpan? Retention { get; set; }

    /// <summary>The salt of the prompt hash in entries, as <c>env:NAME</c>, <c>file:PATH</c> or <c>vault:NAME</c>; absent: entries have no prompt hash.</summary>
    public string? PromptSalt { get; set; }

    /// <summary>The spool's file, relative to the configuration's folder.</summary>
    public string Spool { get; set; } = "data/ledger.spool";

    /// <summary>Largest size of the spool, in bytes.</summary>
    public long SpoolBytes { get; set; } = 1L << 30;
}

/// <summary>The validated settings of the ledger.</summary>
/// <param name="OnFailure">What happens to jobs when the database fails.</param>
/// <param name="Lease">How long a process may be silent before its jobs count as abandoned.</param>
/// <param name="Retention">How long entries are kept; null: forever.</param>
/// <param name="PromptSalt">The salt of prompt hashes; null: entries have none.</param>
internal sealed record LedgerOptions(LedgerFailureAction OnFailure, TimeSpan Lease, TimeSpan? Retention, string? PromptSalt)
{
    /// <summary>The spool's file, and its largest size in bytes.</summary>
    public required string Spool { get; init; }

    public required long SpoolBytes { get; init; }
}
