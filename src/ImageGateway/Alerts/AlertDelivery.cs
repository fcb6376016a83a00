using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Alerts;

/// <summary>Posts undelivered alerts. Separate from the evaluation of budgets, so that a slow receiver does not delay it.</summary>
/// <param name="store">The alerts.</param>
/// <param name="webhook">Their receiver.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
internal sealed partial class AlertDelivery(AlertStore store, Webhook webhook, TimeProvider time, ILogger<AlertDelivery> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    // Alerts that are undelivered when the gateway stops are in the database.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => time.EveryAsync(Interval, () => TryAsync(stoppingToken), stoppingToken);

    // Each alert is claimed just before it is posted, so that no other replica posts it meanwhile. The first failure ends the
    // round: the receiver may be down, and each try takes ten seconds. The others are tried in the next round.
    private async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await store.ClaimAsync(Now, cancellationToken) is { } alert && await PostAsync(alert, cancellationToken))
            {
            }
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e))
        {
            LogFailed(e.Message);
        }
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    // At least once: a process that dies between the receiver's answer and the mark causes a repeat, with the same id.
    private async Task<bool> PostAsync(DueAlert alert, CancellationToken cancellationToken)
    {
        if (await webhook.PostAsync(alert.Id, alert.Body, cancellationToken))
        {
            await store.EndAsync(alert, Now, Now, cancellationToken);
            return true;
        }
        var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(alert.Tries, 20))));
        LogUndelivered(alert.Id, alert.Tries + 1, pause);
        await store.EndAsync(alert, null, Now + (long)pause.TotalMilliseconds, cancellationToken);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The webhook did not accept alert {Id} (try {Tries}); next try in {Pause}")]
    private partial void LogUndelivered(string id, long tries, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Alerts could not be posted and will be retried: {Message}")]
    private partial void LogFailed(string message);
}
