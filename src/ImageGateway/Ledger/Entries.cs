using System.Text;
using ImageGateway.Images;

namespace ImageGateway.Ledger;

/// <summary>Creates ledger entries.</summary>
internal static class Entries
{
    private const int MaxText = 256;

    /// <summary>The entry of a job in its current state: unfinished calls count with their worst case.</summary>
    /// <param name="record">The job's record.</param>
    /// <param name="promptHash">A salted hash of the prompt, or null.</param>
    public static LedgerEntry Of(JobRecord record, string? promptHash)
    {
        var (job, caller, attempts) = (record.Job, record.Caller, record.Attempts);
        var last = attempts.Count > 0 ? attempts[^1] : null;
        var entry = new LedgerEntry
        {
            Id = record.Id,
            CreatedAt = record.Created.ToUnixTimeMilliseconds(),
            Tenant = caller.Tenant,
            Project = caller.Project,
            KeyId = caller.KeyId,
            User = Bounded(job.Parameters.User),
            Tags = job.Tags,
            Operation = WireName.Of(job.Operation),
            Route = record.Route,
            Tier = record.Tier is { } tier ? WireName.Of(tier) : null,
            RequestedModel = Bounded(job.Model),
            Target = last?.Target,
            ServedModel = last?.Model ?? record.Reused?.Model,
            Size = Bounded(last?.Size ?? record.Reused?.Size ?? job.Parameters.Size),
            Quality = Bounded(last?.Quality ?? record.Reused?.Quality ?? job.Parameters.Quality),
            N = job.Parameters.Count,
            Images = record.Reused?.Images ?? attempts.Sum(attempt => attempt.Images),
            Usage = attempts.Aggregate(default(TokenUsage), (sum, attempt) => sum + attempt.Usage),
            PriceBook = record.PriceBook,
            AvoidedCost = record.Reused?.Avoided.Value ?? 0,
            Basis = ChargeBasis.None,
            Status = record.Status,
            ErrorCode = Bounded(record.ErrorCode),
            Stream = job.Parameters.Stream,
            FirstByteMs = (long?)record.FirstByte?.TotalMilliseconds,
            DurationMs = (long)record.Duration.TotalMilliseconds,
            BytesIn = record.BytesIn,
            BytesOut = attempts.Sum(attempt => attempt.Bytes),
            ClientRequestId = Bounded(record.ClientRequestId),
            PromptHash = promptHash,
            WorstCase = record.Worst.Value,
        };
        return WithAttempts(entry, [.. attempts.Select(Of)], caller.Markup);
    }

    /// <summary>
    /// The entry of a job whose process is gone, from all its intents: the latest known state of each call; calls with an
    /// unknown outcome are charged at their worst case.
    /// </summary>
    public static LedgerEntry Abandoned(IEnumerable<LedgerEntry> intents, long now)
    {
        var all = intents.OrderByDescending(intent => intent.Attempts.Count(attempt => attempt.Ended)).ThenByDescending(intent => intent.Attempts.Count).ToList();
        var attempts = all.SelectMany(intent => intent.Attempts).GroupBy(attempt => attempt.Number)
            .Select(same => same.FirstOrDefault(attempt => attempt.Ended) ?? same.First()).OrderBy(attempt => attempt.Number).ToList();
        var entry = all[0] with { Status = JobStatus.Abandoned, ErrorCode = "abandoned", Images = 0, DurationMs = Math.Max(0, now - all[0].CreatedAt), WorstCase = all.Max(intent => intent.WorstCase) };
        var markup = entry.Charge > 0 ? (decimal)entry.BilledCost / entry.Charge : 1;
        return WithAttempts(entry, attempts, markup);
    }

    /// <summary>The difference between the recorded entries of an abandoned job and its actual result, as a separate entry.</summary>
    public static LedgerEntry Correction(RecordedSums recorded, LedgerEntry actual, string id) => actual with
    {
        Id = id,
        Corrects = actual.Id,
        Usage = actual.Usage - recorded.Usage,
        Charge = actual.Charge - recorded.Charge,
        ListCost = actual.ListCost - recorded.ListCost,
        BilledCost = actual.BilledCost - recorded.BilledCost,
    };

    private static LedgerEntry WithAttempts(LedgerEntry entry, List<LedgerAttempt> attempts, decimal markup)
    {
        var charge = attempts.Sum(attempt => attempt.Charge);
        return entry with
        {
            Attempts = attempts,
            Target = attempts.Count > 0 ? attempts[^1].Target : entry.Target,
            ServedModel = attempts.Count > 0 ? attempts[^1].Model : entry.ServedModel,
            Charge = charge,
            ListCost = attempts.Sum(attempt => attempt.ListCost),
            BilledCost = new NanoUsd(charge).Times(markup).Value,
            // The weakest basis shows how far the sum can be trusted.
            Basis = attempts.Count > 0 ? attempts.Max(attempt => attempt.Basis) : ChargeBasis.None,
        };
    }

    private static LedgerAttempt Of(AttemptRecord attempt) => new(
        attempt.Number, attempt.Target, attempt.Model, attempt.Status, Bounded(attempt.ErrorCode), Bounded(attempt.UpstreamRequestId), (long)attempt.Duration.TotalMilliseconds,
        attempt.Contracted.Value, attempt.Cost.List.Value, attempt.Cost.Basis, attempt.ContractedWorst.Value, attempt.HasEnded);

    // Text from a client or a provider may be as long as a body, or contain NUL or half a surrogate pair, which PostgreSQL
    // rejects.
    private static string? Bounded(string? text)
    {
        if (text is null || (text.Length <= MaxText && Ascii.IsValid(text) && !text.Contains('\0', StringComparison.Ordinal)))
            return text;
        var kept = new StringBuilder(MaxText);
        foreach (var rune in text.EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > MaxText)
                break;
            kept.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        }
        return kept.ToString();
    }
}
