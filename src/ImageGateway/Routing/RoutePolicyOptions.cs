using System.ComponentModel;
using System.Globalization;
using ImageGateway.Caching;
using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>How a route orders the targets that can do a job.</summary>
internal enum Strategy
{
    /// <summary>In the order of the configuration.</summary>
    Priority,

    /// <summary>Weighted round robin.</summary>
    Weighted,

    /// <summary>By the job's worst-case cost.</summary>
    Cheapest,

    /// <summary>By the median time to completion; occasionally another target goes first, to keep the figures fresh.</summary>
    Fastest,
}

/// <summary>What happens to a job above a ceiling.</summary>
internal enum CeilingAction { Lower, Refuse }

/// <summary>Whether the next target is tried after a failure that may have cost money, or that another provider might not repeat.</summary>
internal enum FailureAction { Stop, Next }

/// <summary>What happens when some calls of a fan-out fail.</summary>
internal enum PartialAction { Fail, Allow }

/// <summary>Whether a retired model's successor may serve.</summary>
internal enum SubstituteAction { Allow, Refuse }

/// <summary>A policy rule (<c>Gateway:Routes:N</c>): which jobs go to which targets. The first route that matches applies.</summary>
internal sealed class RoutePolicyOptions
{
    /// <summary>The route's name, in estimates and the ledger.</summary>
    public string Name { get; set; } = "";

    /// <summary>The jobs that the route matches; absent: all.</summary>
    public WhenOptions When { get; set; } = new();

    /// <summary>Its targets, best first; absent: every target that serves the requested model.</summary>
    public List<RouteTargetOptions> Targets { get; set; } = [];

    /// <summary>Targets to use when none of <see cref="Targets"/>, or of those that serve the asked model, can serve, best first.</summary>
    public List<RouteTargetOptions> Fallback { get; set; } = [];

    /// <summary>How the targets are ordered.</summary>
    public Strategy Strategy { get; set; }

    /// <summary>Default values of request parameters, by name on the wire: size, quality, background, output_format, moderation, style, output_compression.</summary>
    public Dictionary<string, string> Defaults { get; set; } = [];

    /// <summary>The most a job may ask for.</summary>
    public CeilingOptions Ceilings { get; set; } = new();

    /// <summary>What happens to a job above a ceiling: <c>lower</c> it to the ceiling, or <c>refuse</c> it.</summary>
    public CeilingAction OnCeiling { get; set; }

    /// <summary>Most calls of one job; 1 to 10. The calls of a fan-out count as one.</summary>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Longest wait until a target has capacity; 0 to 10 minutes.</summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether to try the <c>next</c> target or <c>stop</c> after a content refusal.</summary>
    public FailureAction OnRefusal { get; set; }

    /// <summary>Whether to try the <c>next</c> target or <c>stop</c> after a timeout (504 and 524 too) or a lost connection, when the provider may still bill the call.</summary>
    public FailureAction OnTimeout { get; set; }

    /// <summary>When some calls of a fan-out fail: <c>fail</c>, or <c>allow</c> fewer images.</summary>
    public PartialAction Partial { get; set; }

    /// <summary>Regions in which a target may be; absent: any.</summary>
    public List<string> Regions { get; set; } = [];

    /// <summary>Whether a retired model's successor may serve.</summary>
    public SubstituteAction Substitute { get; set; }

    /// <summary>How responses to its jobs are cached; absent: as the tenant's <c>Cache</c> says.</summary>
    public CacheOptions? Cache { get; set; }
}

/// <summary>The conditions under which a route matches a job; absent conditions match everything.</summary>
internal sealed class WhenOptions
{
    /// <summary><c>draft</c> or <c>final</c>.</summary>
    public Tier? Tier { get; set; }

    /// <summary>Name or glob of the requested model, as the catalogue has it: a deployment counts as its model.</summary>
    public string? Model { get; set; }

    /// <summary>Name or glob of the tenant.</summary>
    public string? Tenant { get; set; }

    /// <summary>Name or glob of the project.</summary>
    public string? Project { get; set; }

    /// <summary><c>generation</c>, <c>edit</c> or <c>variation</c>.</summary>
    public Operation? Operation { get; set; }

    /// <summary>The requested quality.</summary>
    public string? Quality { get; set; }

    /// <summary>The requested size.</summary>
    public string? Size { get; set; }

    /// <summary>Tags of the request (<c>X-Gateway-Tags</c>), all of which must match; a value may be a glob.</summary>
    public Dictionary<string, string> Tags { get; set; } = [];
}

/// <summary>The most a job may ask for.</summary>
internal sealed class CeilingOptions
{
    /// <summary>A quality word; <c>auto</c> counts as the model's highest.</summary>
    public string? MaxQuality { get; set; }

    /// <summary>Most images of one job; 1 to 10.</summary>
    public int? MaxN { get; set; }
}

/// <summary>A target of a route; a bare string is its name.</summary>
[TypeConverter(typeof(FromName))]
internal sealed class RouteTargetOptions
{
    /// <summary><c>provider/model-or-deployment</c>.</summary>
    public string Target { get; set; } = "";

    /// <summary>Its share under <c>Weighted</c>, 1 to 1 000; absent: the target's own weight, else its requests a minute, else 1.</summary>
    public int? Weight { get; set; }

    private sealed class FromName : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) => new RouteTargetOptions { Target = (string)value };
    }
}
