using ImageGateway.Images;
using ImageGateway.Providers;

namespace ImageGateway.Routing.Load;

/// <summary>
/// Periodically requests the models of providers with a <c>Probe</c>. A provider that does not answer rests, with all its
/// targets, until the next probe, so that no job has to find out.
/// </summary>
internal sealed partial class Probe(Func<RoutingTable> table, TargetRegistry registry, TimeProvider time, ILogger<Probe> log) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Dictionary<IImageProvider, DateTimeOffset> _due = [];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => time.EveryAsync(Tick, () => AskDueAsync(stoppingToken), stoppingToken);

    private async Task AskDueAsync(CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        var providers = table().Targets.Where(target => target.Probe is not null).GroupBy(target => target.Provider).ToList();
        var due = providers.Where(provider => !_due.TryGetValue(provider.Key, out var next) || next <= now).ToList();
        await Task.WhenAll(due.Select(provider => AskAsync(provider.Key, [.. provider], stopping)));
        Forget(providers.Select(provider => provider.Key).ToHashSet());
        foreach (var provider in due)
            _due[provider.Key] = now + provider.First().Probe!.Value;
    }

    private async Task AskAsync(IImageProvider provider, List<Target> targets, CancellationToken stopping)
    {
        if (await IsThereAsync(provider, stopping))
            return;
        LogAbsent(targets[0].Name);
        foreach (var target in targets)
            registry.Of(target).Rest(target.Probe!.Value + Tick);
    }

    // Any response of the provider will do; 404 merely means that it lists no models.
    private static async Task<bool> IsThereAsync(IImageProvider provider, CancellationToken stopping)
    {
        if (provider.Locate("/v1/models", QueryString.Empty) is not { } address)
            return true;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(Patience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            await provider.AuthorizeAsync(request, patience.Token);
            using var response = await provider.Invoker.SendAsync(request, patience.Token);
            return (int)response.StatusCode is < 500 and not (401 or 403);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or GatewayException || (e is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            return false;
        }
    }

    // A reload creates new provider objects.
    private void Forget(HashSet<IImageProvider> known)
    {
        foreach (var gone in _due.Keys.Where(provider => !known.Contains(provider)).ToList())
            _due.Remove(gone);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The probe of {Target} failed; its provider's targets are not used until the next probe")]
    private partial void LogAbsent(string target);
}
