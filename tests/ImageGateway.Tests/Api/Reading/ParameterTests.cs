using ImageGateway.Api.Reading;
using ImageGateway.Images;

namespace ImageGateway.Tests.Api.Reading;

/// <summary>The parameters of a request, out of JSON and out of a form.</summary>
public sealed class ParameterTests
{
    [Theory]
    [InlineData("n", "0", "n")]
    [InlineData("n", "11", "n")]
    [InlineData("n", "1.5", "n")]
    [InlineData("n", "1e1", "n")]
    [InlineData("n", "\"2\"", "n")]
    [InlineData("n", "\"\\ud800\"", "n")]
    [InlineData("n", "true", "n")]
    [InlineData("n", "99999999999", "n")]
    [InlineData("n", "[1]", "n")]
    [InlineData("size", "1024", "size")]
    [InlineData("size", "\"\"", "size")]
    [InlineData("size", "{}", "size")]
    [InlineData("size", "\"\\udc00\"", "size")]
    [InlineData("stream", "\"true\"", "stream")]
    [InlineData("stream", "1", "stream")]
    [InlineData("partial_images", "4", "partial_images")]
    [InlineData("output_compression", "101", "output_compression")]
    [InlineData("output_compression", "-1", "output_compression")]
    public void Wrong_json_value_names_its_parameter(string name, string value, string param)
    {
        using var body = Requests.Json($$"""{"{{name}}":{{value}}}""");
        var error = Requests.Failure(() => Parameters.Read(new JsonParameters(body)));
        Assert.Equal((ErrorKind.InvalidValue, param), (error.Kind, error.Param));
        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_parameters_are_read_and_null_is_absent()
    {
        using var body = Requests.Json("""{"\u006e":10,"size":"1024x1024","quality":null,"output_compression":0,"stream":true,"partial_images":3,"user":"ü","other":7}""");
        Assert.Equal(
            new ImageParameters { N = 10, Size = "1024x1024", OutputCompression = 0, Stream = true, PartialImages = 3, User = "ü" },
            Parameters.Read(new JsonParameters(body)));
    }

    [Theory]
    [InlineData("n", "0")]
    [InlineData("n", "")]
    [InlineData("n", "+1")]
    [InlineData("n", "-1")]
    [InlineData("n", " 1")]
    [InlineData("n", "1.0")]
    [InlineData("n", "1\0")]
    [InlineData("stream", "yes")]
    [InlineData("stream", "")]
    [InlineData("size", "")]
    public void Wrong_form_value_names_its_parameter(string name, string value)
    {
        using var parts = new FormParts();
        parts.AddField(name, value);
        var error = Requests.Failure(() => Parameters.Read(parts));
        Assert.Equal((ErrorKind.InvalidValue, name), (error.Kind, error.Param));
    }

    [Fact]
    public void Form_parameters_are_read_from_text()
    {
        using var parts = new FormParts();
        foreach (var (name, value) in new[] { ("n", "10"), ("stream", "True"), ("partial_images", "0"), ("size", "auto"), ("other[]", "1"), ("other[]", "2") })
            parts.AddField(name, value);
        Assert.Equal(new ImageParameters { N = 10, Stream = true, PartialImages = 0, Size = "auto" }, Parameters.Read(parts));
        Assert.Equal(6, parts.Fields.Count);
    }

    // A provider may read a parameter that comes as a file; the gateway would have planned and priced without it.
    [Theory]
    [InlineData("model")]
    [InlineData("prompt")]
    [InlineData("n")]
    [InlineData("size")]
    [InlineData("quality")]
    [InlineData("background")]
    [InlineData("output_format")]
    [InlineData("output_compression")]
    [InlineData("response_format")]
    [InlineData("input_fidelity")]
    [InlineData("stream")]
    [InlineData("partial_images")]
    [InlineData("user")]
    [InlineData("style")]
    [InlineData("moderation")]
    [InlineData("mask_mode")]
    public void Parameter_that_comes_twice_or_as_a_file_is_refused(string name)
    {
        using var parts = new FormParts();
        parts.AddField(name, "1");
        foreach (var error in (GatewayError[])[Requests.Failure(() => parts.AddField(name, "10")), Requests.Failure(() => parts.AddFile(name, null, "n.txt", "text/plain", Requests.Spooled("10"u8)))])
            Assert.Equal((ErrorKind.InvalidValue, name), (error.Kind, error.Param));
    }

    [Fact]
    public void What_is_not_read_may_come_twice_and_as_a_file()
    {
        using var parts = new FormParts();
        parts.AddField("tag", "a");
        parts.AddField("tag", "b");
        parts.AddFile("tag", null, "c.txt", "text/plain", Requests.Spooled("c"u8));
        Assert.Equal([new("tag", "a"), new("tag", "b")], parts.Fields);
        Assert.Equal("tag", Assert.Single(parts.Files).Name);
    }

    [Fact]
    public void Known_parameters_are_those_that_are_read()
    {
        var source = new Listed();
        Parameters.Read(source);
        Parameters.Model(source);
        Parameters.Prompt(source, Operation.Variation);
        MaskModes.Read(source, hasMask: true);
        Assert.Equal(KnownParameters.Names.Order(), source.Asked.Order());
    }

    [Theory]
    [InlineData("{}", "MissingParameter")]
    [InlineData("""{"prompt":null}""", "MissingParameter")]
    [InlineData("""{"prompt":""}""", "InvalidValue")]
    [InlineData("""{"prompt":" \n"}""", "InvalidValue")]
    [InlineData("""{"prompt":7}""", "InvalidValue")]
    public void Prompt_is_needed(string json, string kind)
    {
        using var body = Requests.Json(json);
        var error = Requests.Failure(() => Parameters.Prompt(new JsonParameters(body), Operation.Edit));
        Assert.Equal((Enum.Parse<ErrorKind>(kind), "prompt"), (error.Kind, error.Param));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{} x")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("// comment\n{}")]
    public void Body_that_is_no_json_object_is_refused(string json) =>
        Assert.Equal(ErrorKind.InvalidJson, Requests.Failure(() => Requests.Json(json)).Kind);

    [Fact]
    public void Body_of_invalid_utf8_is_refused() =>
        Assert.Equal(ErrorKind.InvalidJson, Requests.Failure(() => Requests.Json([.. "{\""u8, 0xFF, .. "\":1}"u8])).Kind);

    /// <summary>A request without parameters, which notes what it is asked for.</summary>
    private sealed class Listed : IParameterSource
    {
        public HashSet<string> Asked { get; } = [];

        public string? Text(string name)
        {
            Asked.Add(name);
            return null;
        }

        public int? Number(string name, int min, int max)
        {
            Asked.Add(name);
            return null;
        }

        public bool? Flag(string name)
        {
            Asked.Add(name);
            return null;
        }
    }
}
