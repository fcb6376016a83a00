using ImageGateway.Api;
using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Tests.Routing;

namespace ImageGateway.Tests.Api;

public sealed class JobReplayTests
{
    private const long Shared = 1000;

    [Theory]
    [InlineData(null, 256, 256)]
    [InlineData(10_000, 256, 10_000)]
    [InlineData(100, 256, 100)]
    [InlineData(10_000, null, 10_000)]
    public void Bound_of_a_tenants_answers_is_its_own_whatever_its_routes_say(int? tenant, int? route, long bound)
    {
        var ask = Ask(Rule(tenant), Rule(route));
        Assert.Equal(("acme", bound), (ask.Partition.Tenant, ask.Partition.MaxBytes));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(256)]
    public void Bound_of_shared_answers_is_one_for_all(int? route)
    {
        var ask = Ask(Rule(10)! with { Scope = CacheScope.Shared }, Rule(route) is { } rule ? rule with { Scope = CacheScope.Shared } : null);
        Assert.Equal((Partition.Shared, Shared), (ask.Partition.Tenant, ask.Partition.MaxBytes));
    }

    // Each account has a file-1 of its own.
    [Theory]
    [InlineData(1, false)]
    [InlineData(0, true)]
    public void Picture_of_a_providers_own_file_is_known_by_the_provider_too(int fileIds, bool isSame)
    {
        var job = Plans.Job("gpt-image-1", operation: Operation.Edit) with { FileIds = fileIds, Body = Requests.Json("""{"prompt":"a fox","images":[{"file_id":"file-1"}]}""") };
        Assert.Equal(isSame, Key("openai/gpt-image-1") == Key("dalle/gpt-image-1"));

        string Key(string target)
        {
            var record = new JobRecord("id", Plans.Anyone, job, TimeProvider.System, _ => ValueTask.CompletedTask);
            var route = Plans.RouteTo("by-model", Plans.Of(target, "gpt-image-1"));
            using var replay = JobReplay.Of(record, Plans.PlanOf(job, Plans.TableOf(route.Targets, route)), Shared);
            return replay.Ask.Models[0].Key.Value;
        }
    }

    private static ReplayAsk Ask(CacheRule? tenant, CacheRule? route)
    {
        var job = Plans.Job("gpt-image-1");
        var record = new JobRecord("id", Plans.Anyone with { Cache = tenant }, job, TimeProvider.System, _ => ValueTask.CompletedTask);
        using var replay = JobReplay.Of(record, Plans.PlanOf(job, Plans.TableOf(Plans.Route("by-model") with { Cache = route })), Shared);
        return replay.Ask;
    }

    private static CacheRule? Rule(int? bytes) => bytes is { } most ? CacheRule.Default with { MaxBytes = most } : null;
}
