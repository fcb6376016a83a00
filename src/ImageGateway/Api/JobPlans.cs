using ImageGateway.Api.Reading;
using ImageGateway.Hosting;
using ImageGateway.Images;
using ImageGateway.Quotas;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using ImageGateway.Tenants;

namespace ImageGateway.Api;

/// <summary>Plans jobs as their tenants may have them done: the same for an estimate, which so promises nothing that the job is refused.</summary>
internal sealed class JobPlans(Quota quota, TargetRegistry registry, TimeProvider time)
{
    /// <summary>The plan; it has at least one target.</summary>
    /// <param name="http">The request; limits that warn are told in its answer.</param>
    /// <param name="job">The job.</param>
    /// <param name="now">The configuration in force.</param>
    /// <param name="record">Told the route and the tier; null: it is not done, and takes no turn.</param>
    /// <exception cref="GatewayException">It may not, or cannot, be done.</exception>
    public Plan Make(HttpContext http, ImageJob job, GatewaySnapshot now, JobRecord? record = null)
    {
        var caller = http.Caller();
        JobTags.Require(job, caller.RequiredTags);
        var plan = Planner.Plan(job, caller, now.Routing, registry.Load, record is null ? registry.PeekTicket : registry.NextTicket, record?.Day ?? time.Today());
        if (record is not null)
            (record.Route, record.Tier) = (plan.Route.Name, plan.Tier);
        return QualityLimits.Apply(plan, quota.Qualities(caller, job.Parameters.User), http.Response.Headers);
    }
}
