namespace ImageGateway.Ledger;

/// <summary>What happens to a job whose intent cannot be written to the database.</summary>
internal enum LedgerFailureAction
{
    /// <summary>It gets a 503, and no provider is called.</summary>
    Refuse,

    /// <summary>The intent goes to a file on this machine, and to the database when that is back.</summary>
    Spool,
}

/// <summary>The ledger (<c>Gateway:Ledger</c>).</summary>
internal sealed class LedgerFileOptions
{
    /// <summary>How long entries are kept, at least 1 day; sums by the hour and day are kept for ever. Absent: for ever.</summary>
    public TimeSpan? Retention { get; set; }

    /// <summary>The salt of the hash of prompts that entries then have, as <c>env:NAME</c>, <c>file:PATH</c> or <c>vault:NAME</c>; absent: no such hash.</summary>
    public string? PromptSalt { get; set; }

    /// <summary>Where the spool is, relative to the configuration's folder.</summary>
    public string Spool { get; set; } = "data/ledger.spool";

    /// <summary>Largest size of the spool, in bytes.</summary>
    public long SpoolBytes { get; set; } = 1L << 30;
}

/// <summary>How the ledger is kept.</summary>
/// <param name="OnFailure">What happens to jobs when the database fails.</param>
/// <param name="Lease">How long a process may be silent before its jobs count as abandoned.</param>
/// <param name="Retention">How long entries are kept; null: for ever.</param>
/// <param name="PromptSalt">The salt of prompts' hashes; null: none are kept.</param>
internal sealed record LedgerOptions(LedgerFailureAction OnFailure, TimeSpan Lease, TimeSpan? Retention, string? PromptSalt)
{
    /// <summary>The spool's file, and its largest size in bytes.</summary>
    public required string Spool { get; init; }

    public required long SpoolBytes { get; init; }
}
