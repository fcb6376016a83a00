using ImageGateway.Images;
using ImageGateway.Routing;
using static ImageGateway.Tests.Routing.Plans;

namespace ImageGateway.Tests.Routing;

public sealed class FitnessTests
{
    [Theory]
    [InlineData("gpt-image-1", "Variation", "model")]
    [InlineData("dall-e-3", "Edit", "model")]
    [InlineData("dall-e-3", "Generation", null)]
    [InlineData("dall-e-2", "Variation", null)]
    [InlineData("gpt-image-2", "Edit", null)]
    public void Operation_must_be_the_models(string model, string operation, string? param) =>
        Assert.Equal(param, Misfit(model, Job(model, operation: Enum.Parse<Operation>(operation))));

    [Theory]
    [InlineData("size", "1024x1024", "gpt-image-1", true)]
    [InlineData("size", "auto", "dall-e-3", true)]
    [InlineData("size", "1792x1024", "gpt-image-1", true)]
    [InlineData("size", "512x512", "gpt-image-1", false)]
    [InlineData("size", "1792x1024", "dall-e-3", true)]
    [InlineData("size", "2048x2048", "gpt-image-2", true)]
    [InlineData("size", "2050x2050", "gpt-image-2", false)]
    [InlineData("size", "big", "gpt-image-2", false)]
    [InlineData("quality", "auto", "dall-e-3", true)]
    [InlineData("quality", "high", "gpt-image-1", true)]
    [InlineData("quality", "xhigh", "gpt-image-1", false)]
    [InlineData("background", "transparent", "gpt-image-1", true)]
    [InlineData("background", "transparent", "dall-e-3", false)]
    [InlineData("background", "opaque", "dall-e-3", true)]
    [InlineData("background", "pink", "gpt-image-1", false)]
    [InlineData("output_format", "webp", "gpt-image-1", true)]
    [InlineData("output_format", "gif", "gpt-image-1", false)]
    [InlineData("output_format", "png", "dall-e-2", true)]
    [InlineData("output_format", "jpeg", "dall-e-2", false)]
    [InlineData("response_format", "url", "dall-e-3", true)]
    [InlineData("response_format", "url", "gpt-image-1", true)]
    [InlineData("response_format", "b64_json", "gpt-image-1", true)]
    [InlineData("response_format", "png", "dall-e-3", false)]
    [InlineData("input_fidelity", "high", "gpt-image-1", true)]
    [InlineData("input_fidelity", "high", "gpt-image-1-mini", false)]
    [InlineData("input_fidelity", "low", "gpt-image-1-mini", true)]
    [InlineData("input_fidelity", "exact", "gpt-image-1", false)]
    public void Word_must_be_one_of_the_models(string param, string value, string model, bool fits)
    {
        var asked = param switch
        {
            "size" => new ImageParameters { Size = value },
            "quality" => new ImageParameters { Quality = value },
            "background" => new ImageParameters { Background = value },
            "output_format" => new ImageParameters { OutputFormat = value },
            "response_format" => new ImageParameters { ResponseFormat = value },
            _ => new ImageParameters { InputFidelity = value },
        };
        Assert.Equal(fits ? null : param, Misfit(model, Job(model, asked)));
    }

    [Theory]
    [InlineData(10, false, null, "gpt-image-1", null)]
    [InlineData(10, true, 3, "gpt-image-1", null)]
    [InlineData(1, false, null, "dall-e-3", null)]
    [InlineData(2, false, null, "dall-e-3", null)]
    [InlineData(2, true, null, "dall-e-3", "n")]
    [InlineData(1, true, null, "dall-e-3", "stream")]
    [InlineData(1, false, 3, "dall-e-3", null)]
    public void Counts_must_be_the_models(int n, bool stream, int? partial, string model, string? param) =>
        Assert.Equal(param, Misfit(model, Job(model, new ImageParameters { N = n, Stream = stream, PartialImages = partial })));

    [Fact]
    public void Transparency_needs_a_format_that_has_it()
    {
        Assert.Equal("background", Misfit("gpt-image-1", Job(null, new ImageParameters { Background = "transparent", OutputFormat = "jpeg" })));
        Assert.Null(Misfit("gpt-image-1", Job(null, new ImageParameters { Background = "transparent", OutputFormat = "webp" })));
    }

    // Code points, not UTF-16 units.
    [Theory]
    [InlineData("a", 1000, true)]
    [InlineData("a", 1001, false)]
    [InlineData("🦊", 1000, true)]
    [InlineData("🦊", 1001, false)]
    public void Prompt_is_counted_in_code_points(string letter, int count, bool fits) =>
        Assert.Equal(fits ? null : "prompt", Misfit("dall-e-2", Job(null) with { Prompt = string.Concat(Enumerable.Repeat(letter, count)) }));

    [Fact]
    public void Inputs_must_be_the_models()
    {
        var (one, edit) = (Requests.Image("a.png", "A"), Job(null, operation: Operation.Edit));
        Assert.Null(Misfit("dall-e-2", edit with { Images = [one], Mask = one }));
        Assert.Equal("image", Misfit("dall-e-2", edit with { Images = [one, one] }));
        Assert.Null(Misfit("gpt-image-1", edit with { Images = [.. Enumerable.Repeat(one, 16)] }));
        Assert.Equal("images", Misfit("dall-e-2", edit with { FileIds = 1 }));
        Assert.Null(Misfit("gpt-image-1", edit with { FileIds = 1 }));
        Assert.Equal("images", Misfit(Of("azure/img-std", "gpt-image-1"), edit with { FileIds = 1 }));
    }

    // Azure's pictures are PNG or JPEG, whatever the model could do.
    [Fact]
    public void Pictures_must_be_the_providers()
    {
        var (png, webp, edit) = (Requests.Image("a.png", "A"), Requests.Image("b.webp", "B", ImageFormat.WebP), Job(null, operation: Operation.Edit));
        foreach (var (provider, knows) in (IReadOnlyList<(string, bool)>)[("openai", true), ("azure", false)])
        {
            var target = Of($"{provider}/img", "gpt-image-1");
            Assert.Equal(knows ? null : "output_format", Misfit(target, Job(null, new ImageParameters { OutputFormat = "webp" })));
            Assert.Equal(knows ? null : "image", Misfit(target, edit with { Images = [png, webp] }));
            Assert.Null(Misfit(target, edit with { Images = [png], Parameters = new ImageParameters { OutputFormat = "jpeg" } }));
        }
    }

    private static string? Misfit(string model, ImageJob job) => Misfit(Of($"openai/{model}", model), job);

    // What is held against the model is what would be sent to it.
    private static string? Misfit(Target target, ImageJob job)
    {
        var sent = Dialect.Of(job, target.Model, RoutePolicy.None, askedByName: true, []).Sent;
        return (Fitness.Check(job, sent, target.Model) ?? Fitness.CheckTarget(job, sent, target))?.Param;
    }
}
