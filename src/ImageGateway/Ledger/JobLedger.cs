using System.Security.Cryptography;
using System.Text;
using ImageGateway.Images;

namespace ImageGateway.Ledger;

/// <summary>The ledger's interface for jobs: a write-ahead intent before every call, an entry when the job is finished.</summary>
internal sealed class JobLedger(LedgerWriter? writer, LedgerOptions options)
{
    /// <summary>The id of this process, used in intents and its lease.</summary>
    public string Process { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Makes the last attempt of a job durable before its call is made.</summary>
    /// <exception cref="GatewayException">That is not possible now.</exception>
    public ValueTask IntendAsync(JobRecord record) => writer is null ? ValueTask.CompletedTask : new(writer.WriteAsync(Intent(record, asks: false)));

    /// <summary>
    /// Like <see cref="IntendAsync"/>; then returns the generation of the tenant's quota counters, read after the attempt was
    /// durable; -1: unknown.
    /// </summary>
    /// <exception cref="GatewayException">That is not possible now.</exception>
    public ValueTask<long> IntendUnderAsync(JobRecord record) => writer is null ? new(-1L) : new(writer.WriteAsync(Intent(record, asks: true)));

    /// <summary>Records a finished job; waits only when thousands are waiting to be written.</summary>
    /// <param name="record">The job.</param>
    /// <param name="isUrgent">Whether it is written at once instead of gathering with others.</param>
    /// <returns>A task that completes when it is durable.</returns>
    public ValueTask<Task> CloseAsync(JobRecord record, bool isUrgent = false) =>
        writer is null ? new(Task.CompletedTask) : writer.EnqueueAsync(new LedgerWork(Entries.Of(record, Hash(record)), null, Process), isUrgent);

    /// <summary>Has gathered entries written now; does not wait.</summary>
    public void Hurry() => writer?.Hurry();

    /// <summary>Waits until finished jobs are written, so that a reader finds them.</summary>
    public Task FlushAsync() => writer is null ? Task.CompletedTask : writer.FlushAsync();

    private LedgerWork Intent(JobRecord record, bool asks)
    {
        var entry = Entries.Of(record, Hash(record));
        return new LedgerWork(entry, $"{entry.Id}/{entry.Attempts.Count}", Process) { AsksGeneration = asks };
    }

    private string? Hash(JobRecord record) => options.PromptSalt is { } salt
        ? Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(salt), Encoding.UTF8.GetBytes(record.Job.Prompt)))
        : null;
}
