using System.Threading.RateLimiting;
using ImageGateway.Api.PassThrough;
using ImageGateway.Images;
using ImageGateway.Quotas;

namespace ImageGateway.Api;

/// <summary>
/// Limits requests per minute of a tenant, project and key with a framework limiter over the quota store, so that all replicas
/// share one limit; before that, the framework's own limiter bounds the requests in progress in this process. Image requests
/// and pass-through requests count; estimates, and reading models, jobs, files, quotas and reports, do not.
/// </summary>
internal sealed class RequestLimiter(Quota quota, ConcurrencyLimiter process) : PartitionedRateLimiter<HttpContext>
{
    /// <summary>The metadata of a rejected lease: the error.</summary>
    public static readonly MetadataName<GatewayException> Error = MetadataName.Create<GatewayException>("error");

    private static readonly PathPattern[] Free =
    [
        .. ((string[])
        [
            .. ApiPaths.Accounts.Select(prefix => $"{prefix}/models/{{**id}}"), .. ApiPaths.Images.Select(prefix => $"{prefix}/images/estimate"),
            "/v1/quota", "/v1/organization/{**rest}", "/v1/images/jobs/{**id}", "/v1/images/files/{**id}",
        ]).Select(path => PathPattern.Parse(path)!),
    ];

    /// <summary>Grants requests without a limit at once; the others wait for the store, which may be remote.</summary>
    protected override RateLimitLease AttemptAcquireCore(HttpContext resource, int permitCount)
    {
        if (resource.Features.Get<Caller>() is not { } caller)
            return Lease.Granted;
        return IsCounted(resource, caller) ? Lease.Unknown : process.AttemptAcquire();
    }

    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(HttpContext resource, int permitCount, CancellationToken cancellationToken)
    {
        if (resource.Features.Get<Caller>() is not { } caller)
            return Lease.Granted;
        var running = await process.AcquireAsync(1, cancellationToken);
        if (!running.IsAcquired || !IsCounted(resource, caller))
            return running;
        try
        {
            var (uses, answer) = await quota.CountRequestAsync(caller);
            if (answer is null)
                return running;
            QuotaHeaders.Write(resource, uses.Zip(answer.States));
            if (answer.IsGranted)
                return running;
            running.Dispose();
            return new Lease(Refusals.Of(uses[answer.Refused], answer));
        }
        catch
        {
            running.Dispose();
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            process.Dispose();
        base.Dispose(disposing);
    }

    public override RateLimiterStatistics? GetStatistics(HttpContext resource) => null;

    private bool IsCounted(HttpContext http, Caller caller) =>
        quota.LimitsRequests(caller) && !Array.Exists(Free, path => path.Matches(http.Request.Path));

    private sealed class Lease(GatewayException? error) : RateLimitLease
    {
        public static readonly Lease Unknown = new(null);
        public static readonly Lease Granted = new(null) { IsGranted = true };

        private readonly bool _isGranted;

        public override bool IsAcquired => _isGranted;

        public bool IsGranted { init => _isGranted = value; }

        public override IEnumerable<string> MetadataNames => error is null ? [] : [Error.Name];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = metadataName == Error.Name ? error : null;
            return metadata is not null;
        }
    }
}
