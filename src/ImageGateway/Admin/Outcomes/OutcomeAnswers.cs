using System.Text.Json.Serialization;
using ImageGateway.Images;
using ImageGateway.Ledger.Queries;

namespace ImageGateway.Admin.Outcomes;

/// <summary>
/// How jobs of [<see cref="From"/>, <see cref="To"/>) ended, in Unix seconds. If <see cref="IsWhole"/> is false, the period has
/// more jobs than are read, and <see cref="From"/> is where the newest of them begin.
/// </summary>
internal sealed record OutcomeAnswer(
    long From, long To, string Granularity, bool IsWhole, OutcomeSums Total, IReadOnlyList<OutcomeBucket> Data, IReadOnlyList<ErrorCount> Errors)
{
    public string Object { get; init; } = "ledger.outcomes";
}

/// <summary>Jobs by outcome; the times are those of completed jobs, in ms, null when there are none.</summary>
internal record OutcomeSums(int Jobs, int Completed, int Cached, int Refused, int Failed, int Abandoned, long? MedianMs, long? P95Ms)
{
    public static OutcomeSums Of(IReadOnlyCollection<JobOutcome> jobs)
    {
        var times = jobs.Where(job => job.Status == WireName.Of(JobStatus.Completed)).Select(job => job.DurationMs).Order().ToList();
        return new OutcomeSums(
            jobs.Count, times.Count, Count(jobs, JobStatus.Cached), Count(jobs, JobStatus.Refused), Count(jobs, JobStatus.Failed), Count(jobs, JobStatus.Abandoned),
            Quantile(times, 0.5), Quantile(times, 0.95));
    }

    private static int Count(IReadOnlyCollection<JobOutcome> jobs, JobStatus status)
    {
        var word = WireName.Of(status);
        return jobs.Count(job => job.Status == word);
    }

    // Nearest rank: a time that was actually measured.
    private static long? Quantile(List<long> sorted, double share) => sorted.Count == 0 ? null : sorted[(int)Math.Ceiling(share * sorted.Count) - 1];
}

/// <summary>One minute, hour or day with any jobs, from <see cref="StartTime"/> in Unix seconds.</summary>
internal sealed record OutcomeBucket(long StartTime, [property: JsonIgnore] OutcomeSums Sums) : OutcomeSums(Sums);

/// <summary>Jobs that ended with an error code.</summary>
internal sealed record ErrorCount(string ErrorCode, int Jobs);
