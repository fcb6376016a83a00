using System.Text.Json;
using ImageGateway.Images;
using ImageGateway.Ledger;

namespace ImageGateway.Api.Async;

/// <summary>The state of an asynchronous job, as replicas share it.</summary>
/// <param name="Job">The job; its status is one of the constants below.</param>
/// <param name="Error">Why it failed.</param>
internal sealed record AsyncState(JobAnswer Job, GatewayError? Error = null)
{
    /// <summary>No provider has been called yet.</summary>
    public const string Queued = "queued";
    public const string Running = "running";

    /// <summary>Its response can be fetched.</summary>
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    public bool HasEnded => Job.Status is not (Queued or Running);

    /// <summary>The state of a job that runs in this process.</summary>
    public static AsyncState Of(JobRecord record)
    {
        var job = JobAnswer.Running(Entries.Of(record, null), record.Caller.HideTarget);
        return new AsyncState(job.Attempts.Count == 0 ? job with { Status = Queued } : job);
    }

    public AsyncState As(string status) => this with { Job = Job with { Status = status } };

    public string Write() => JsonSerializer.Serialize(this, JobJson.Wire.AsyncState);

    public static AsyncState Read(string json) => JsonSerializer.Deserialize(json, JobJson.Wire.AsyncState)!;
}
