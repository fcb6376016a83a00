using ImageGateway.Quotas;

namespace ImageGateway.Tests.Quotas;

/// <summary>Answers as the ledger was when it was asked, when it is told to.</summary>
internal sealed class PausedHistory(FakeLedger ledger) : IQuotaHistory
{
    public TaskCompletionSource GoOn { get; set; } = new();

    /// <summary>Completes when it was asked.</summary>
    public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsKept => true;

    public ValueTask<long> GenerationAsync(string tenant) => ledger.GenerationAsync(tenant);

    public ValueTask<long> NextGenerationAsync(string tenant) => ledger.NextGenerationAsync(tenant);

    public async ValueTask<PastUse> ReadAsync(string tenant, IReadOnlyList<CounterUse> uses)
    {
        var past = await ledger.ReadAsync(tenant, uses);
        Asked.TrySetResult();
        await GoOn.Task;
        return past;
    }

    public ValueTask<IReadOnlyList<string>> OpenAsync(IReadOnlyCollection<string> ids) => ledger.OpenAsync(ids);

    public ValueTask<IReadOnlyList<EndedJob>> EndedAsync(IReadOnlyCollection<string> ids) => ledger.EndedAsync(ids);
}
