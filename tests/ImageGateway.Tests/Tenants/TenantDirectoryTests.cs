using ImageGateway.Caching;
using ImageGateway.Configuration;
using ImageGateway.Images;
using ImageGateway.Tenants;

namespace ImageGateway.Tests.Tenants;

public sealed class TenantDirectoryTests
{
    [Fact]
    public void Shared_answers_may_take_the_most_that_one_of_those_says_who_share()
    {
        var configured = Configured(("small", 100, CacheScope.Shared), ("large", 300, CacheScope.Shared), ("larger", 900, CacheScope.Tenant));
        var directory = new TenantDirectory(() => configured, TimeProvider.System);
        Assert.Equal(300, directory.SharedBytes);
        var issued = new TenantContents(new Tenant { Id = "new", Name = "new", Cache = CacheRule.Default with { MaxBytes = 700, Scope = CacheScope.Shared } }, [], []);
        directory.Issued = directory.Issued.With(1, [new TenantRecord("new", issued, [])]);
        Assert.Equal(700, directory.SharedBytes);
        directory.Issued = IssuedTenants.None;
        configured = Configured(("small", 100, CacheScope.Shared));
        Assert.Equal(100, directory.SharedBytes);
        configured = Configured();
        Assert.Equal(0, directory.SharedBytes);
    }

    private static ConfiguredTenants Configured(params (string Id, long Bytes, CacheScope Scope)[] tenants) => ConfiguredTenants.Create(
        tenants.ToDictionary(tenant => tenant.Id, tenant => new TenantOptions { Cache = new CacheOptions { MaxBytes = tenant.Bytes, Scope = tenant.Scope } }),
        [], new Secrets("", new Dictionary<string, string>()), new Mistakes("Gateway"));
}
