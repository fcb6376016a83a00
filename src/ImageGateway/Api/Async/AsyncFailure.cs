using ImageGateway.Caching;
using ImageGateway.Images;

namespace ImageGateway.Api.Async;

/// <summary>Why an asynchronous job failed, as the error that a waiting client would have received.</summary>
internal static class AsyncFailure
{
    /// <summary>The error of a job that was accepted.</summary>
    /// <param name="job">The job.</param>
    /// <param name="record">What happened to it.</param>
    /// <param name="failure">The exception that ended it; null: its response broke off, or could not be stored.</param>
    public static GatewayError Of(AsyncJob job, JobRecord record, Exception? failure) => failure switch
    {
        GatewayException { Error: var error } => error,
        _ when record.Status is JobStatus.Completed or JobStatus.Cached => new GatewayError(ErrorKind.StoreUnavailable, "The job completed, but there was no room to store its response."),
        _ when job.RequestAborted.IsCancellationRequested && (job.HasRunOut || job.IsStopped) => Ended(job).Error,
        null => GatewayError.BrokeOff,
        _ => new GatewayError(ErrorKind.Internal, "The gateway failed. Its log has the details under this request id."),
    };

    /// <summary>The failure of a job that the gateway ended.</summary>
    public static GatewayException Ended(AsyncJob job) => job.HasRunOut
        ? new(ErrorKind.UpstreamTimeout, $"The job took longer than {RunningJobs.Longest.TotalMinutes} minutes.")
        : new(ErrorKind.Stopped, "The gateway stopped before the job completed.");
}
