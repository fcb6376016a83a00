using ImageGateway.Api.Reading;
using ImageGateway.Hosting;
using ImageGateway.Images;
using ImageGateway.Quotas;
using ImageGateway.Routing;
using ImageGateway.Routing.Load;
using ImageGateway.Tenants;

namespace ImageGateway.Api;

/// <summary>
/// Plans jobs with their tenants' limits, the same way for estimates, so that an estimate promises nothing that the job would
/// be refused.
/// </summary>
internal sealed class JobPlans(Quota quota, TargetRegistry registry, TimeProvider time)
{
    /// <summary>The plan; it has at least one target, though all may be drained (<see cref="Plan.RequireTarget"/>).</summary>
    /// <param name="http">The request; its response gets headers for limits that only warn.</param>
    /// <param name="job">The job.</param>
    /// <param name="now">The configuration in force.</param>
    /// <param name="record">Records the route and the tier; null: the job only gets an estimate, and takes no turn.</param>
    /// <exception cref="GatewayException">The job is not allowed or not possible.</exception>
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
