using System.Security.Cryptography;
using System.Text;
using ImageGateway.Images;

namespace ImageGateway.Ledger;

/// <summary>The ledger as the way of a job uses it: an intent before every call, an entry when the job is over.</summary>
internal sealed class JobLedger(LedgerWriter? writer, LedgerOptions options)
{
    /// <summary>The id of this process, as intents and its lease have it.</summary>
    public string Process { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Makes the last attempt of a job durable before its call is made.</summary>
    /// <exception cref="GatewayException">It cannot be now.</exception>
    public ValueTask IntendAsync(JobRecord record) => writer is null ? ValueTask.CompletedTask : new(writer.WriteAsync(Intent(record, asks: false)));

    /// <summary>
    /// As <see cref="IntendAsync"/>, and then says which generation the quota counters of the job's tenant are of, as it was
    /// read after the attempt was durable; -1: not known.
    /// </summary>
    /// <exception cref="GatewayException">It cannot be now.</exception>
    public ValueTask<long> IntendUnderAsync(JobRecord record) => writer is null ? new(-1L) : new(writer.WriteAsync(Intent(record, asks: true)));

    /// <summary>Records a job that is over; waits only when thousands are waiting to be written.</summary>
    /// <param name="record">The job.</param>
    /// <param name="isUrgent">Whether it is written at once, and does not gather with others.</param>
    /// <returns>What completes when it is durable.</returns>
    public ValueTask<Task> CloseAsync(JobRecord record, bool isUrgent = false) =>
        writer is null ? new(Task.CompletedTask) : writer.EnqueueAsync(new LedgerWork(Entries.Of(record, Hash(record)), null, Process), isUrgent);

    /// <summary>Has what is over written now; waits for nothing.</summary>
    public void Hurry() => writer?.Hurry();

    /// <summary>Waits until what is over is written, so that a reader finds it.</summary>
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
