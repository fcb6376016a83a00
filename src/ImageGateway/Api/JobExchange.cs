using System.Diagnostics;
using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.Quotas;
using ImageGateway.Routing;
using ImageGateway.Telemetry;
using ImageGateway.Tenants;

namespace ImageGateway.Api;

/// <summary>A job in progress: what it reserves of its budgets, and what the ledger records about it.</summary>
internal sealed class JobExchange : IDisposable
{
    private readonly HttpContext _http;
    private readonly JobLedger _ledger;
    private readonly Quota _quota;
    private readonly JobMetrics _metrics;
    private readonly Activity? _span;
    private Reservation? _held;
    private bool _isClosed;

    public JobExchange(HttpContext http, ImageJob job, string priceBook, JobLedger ledger, Quota quota, JobMetrics metrics, TimeProvider time, Func<Task>? accepting)
    {
        (_http, _ledger, _quota, _metrics) = (http, ledger, quota, metrics);
        Record = new JobRecord(http.TraceIdentifier, http.Caller(), job, time, AnnounceAsync)
        {
            PriceBook = priceBook,
            BytesIn = http.Request.ContentLength ?? 0,
            ClientRequestId = http.Request.Headers["x-request-id"],
            Closing = CloseAsync,
            Accepting = accepting,
        };
        http.Features.Set(Record);
        _span = Tracing.Job(Record);
    }

    /// <summary>What has happened so far.</summary>
    public JobRecord Record { get; }

    /// <summary>Reserves the cost of the plan's most expensive target.</summary>
    /// <exception cref="GatewayException">A limit has no room for it.</exception>
    public async ValueTask HoldAsync(Plan plan)
    {
        using var span = Tracing.Step("reserve");
        var (usd, tokens, images) = (default(WorstCase), default(WorstCase), 0);
        foreach (var target in plan.Targets)
        {
            var name = Record.Caller.HideTarget ? null : target.Target.Name;
            usd = usd.Or(target.ContractedWorst?.Amount.Value ?? 0, name);
            tokens = tokens.Or(target.Worst?.OutputTokens ?? 0, name);
            images = Math.Max(images, target.Dialect.Sent.Count);
        }
        _held = await _quota.ReserveAsync(Record, usd, tokens, images);
        // A stream that has started with another job's events has already sent its headers.
        if (!_http.Response.HasStarted)
            QuotaHeaders.Write(_http, _held);
        if (_held.Refusal is { } refusal)
            throw refusal;
    }

    /// <summary>Records how it failed.</summary>
    public void Fail(Exception e)
    {
        if (e is GatewayException { Error: var error })
            Record.Fail(ErrorEnvelope.Code(error), isRefusal: error.Kind == ErrorKind.ProviderRefusal);
        else
            Record.Fail("client_disconnected", isRefusal: false);
    }

    /// <summary>
    /// Closes the job in the ledger, settles its reservation once that is durable, and reports it to metrics and the trace;
    /// never cancelled by the request. No effect when its response did that before (<see cref="JobRecord.CloseAsync"/>).
    /// </summary>
    public async ValueTask CloseAsync()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        try
        {
            var written = await _ledger.CloseAsync(Record, isUrgent: _held is { IsUrgent: true });
            if (_held is { IsHeld: true } held)
            {
                _quota.Settle(held, Record, written);
                _held = null; // released when it is settled
            }
        }
        finally
        {
            _metrics.Record(Record, Replay.Word(_http));
            Tracing.End(_span, Record);
        }
    }

    public void Dispose() => _held?.Dispose();

    // Before each call: the budget covers it, the ledger records the intent, and the budget is checked again, because a store
    // that rebuilt its counters between the first two steps rebuilt them from a ledger without this job.
    private async ValueTask AnnounceAsync(JobRecord record)
    {
        await _held!.CoverAsync(record);
        if (_held.IsOfLedger)
        {
            await _held.ConfirmAsync(record, await _ledger.IntendUnderAsync(record));
        }
        else
        {
            await _ledger.IntendAsync(record);
            await _held.ConfirmAsync(record, null);
        }
    }
}
